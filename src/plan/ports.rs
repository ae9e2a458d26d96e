//! Ports that two services would take from each other.

use super::service::{Service, Swank};
use crate::problem::Problem;

/// The swank ports that an earlier service has already.
pub(super) fn clashes(services: &[Service]) -> Vec<Problem> {
    let servers: Vec<(&Service, &Swank)> = services
        .iter()
        .filter_map(|service| Some((service, service.swank.as_ref()?)))
        .collect();
    servers
        .iter()
        .enumerate()
        .filter_map(|(index, (service, swank))| {
            let (other, _) = servers[..index]
                .iter()
                .find(|(_, other)| other.port.resolved() == swank.port.resolved())?;
            let problem = Problem::error(format!(
                "the services `{}` and `{}` both have the swank port {}",
                other.name,
                service.name,
                swank.port.resolved()
            ))
            .help("give each service a `swank.port` of its own");
            Some(match &swank.place {
                Some(place) => problem.at(place.clone()),
                None => problem,
            })
        })
        .collect()
}
