//! Services that would have to be started before themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::after::After;
use super::name::Name;
use super::service::Service;
use crate::problem::Problem;

/// The first circle that their `after` makes.
pub(super) fn first(services: &[Service]) -> Option<Problem> {
    let known = services.iter().map(|service| (&service.name, service));
    let mut search = Search {
        known: known.collect(),
        done: BTreeSet::new(),
    };
    services.iter().find_map(|service| search.circle(service))
}

/// A walk along `after`, without recursion: a file may have thousands of services in a row.
struct Search<'a> {
    known: BTreeMap<&'a Name, &'a Service>,
    /// Those from which every way has been gone.
    done: BTreeSet<&'a Name>,
}

impl<'a> Search<'a> {
    fn circle(&mut self, start: &'a Service) -> Option<Problem> {
        let mut way = vec![(start, start.after.iter())];
        let mut on_way = BTreeSet::from([&start.name]);
        while let Some((service, rest)) = way.last_mut() {
            let service: &Service = service;
            match rest.next() {
                None => {
                    self.done.insert(&service.name);
                    on_way.remove(&service.name);
                    way.pop();
                }
                Some(After::Service(name)) if on_way.contains(name) => {
                    let way = way.iter().map(|(service, _)| *service);
                    return Some(problem(&way.collect::<Vec<_>>(), name));
                }
                Some(After::Service(name)) if !self.done.contains(name) => {
                    if let Some(next) = self.known.get(name) {
                        on_way.insert(&next.name);
                        way.push((next, next.after.iter()));
                    }
                }
                Some(_) => {}
            }
        }
        None
    }
}

/// What is wrong with a way that comes to `name` once more.
fn problem(way: &[&Service], name: &Name) -> Problem {
    const MOST: usize = 10;
    let circle: Vec<&&Service> = way
        .iter()
        .skip_while(|service| service.name != *name)
        .collect();
    let names = circle.iter().skip(1).take(MOST);
    let names: String = names
        .map(|service| format!("`{}`, which comes after ", service.name))
        .collect();
    let gap = if circle.len() > MOST + 1 { "… " } else { "" };
    let problem = Problem::error(match circle.len() {
        1 => format!("the service `{name}` comes after itself"),
        _ => format!("the service `{name}` comes after {names}{gap}`{name}`"),
    })
    .help("remove one of the names from `after`: none of them could be started first");
    let location = circle
        .first()
        .and_then(|service| service.after_location.clone());
    match location {
        Some(location) => problem.at(location),
        None => problem,
    }
}
