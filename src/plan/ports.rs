//! Ports that two services would take from each other.

use std::collections::BTreeMap;

use super::service::{Service, Swank};
use crate::problem::Problem;

/// The swank ports that an earlier service has already.
pub(super) fn clashes(services: &[Service]) -> Vec<Problem> {
    let mut owners: BTreeMap<u16, &Service> = BTreeMap::new();
    let mut problems = Vec::new();
    for service in services {
        let Some(swank) = &service.swank else {
            continue;
        };
        match owners.get(&swank.port.number()) {
            Some(owner) => problems.push(clash(owner, service, swank)),
            None => {
                owners.insert(swank.port.number(), service);
            }
        }
    }
    problems
}

fn clash(owner: &Service, service: &Service, swank: &Swank) -> Problem {
    let problem = Problem::error(format!(
        "the services `{}` and `{}` both have the swank port {}",
        owner.name, service.name, swank.port
    ))
    .help("give each service a `swank.port` of its own");
    match &swank.place {
        Some(place) => problem.at(place.clone()),
        None => problem,
    }
}
