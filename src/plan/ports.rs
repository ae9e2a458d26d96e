//! Ports that two servers would take from each other.

use std::collections::BTreeMap;

use super::name::Name;
use super::port::Port;
use super::service::Service;
use crate::problem::{Location, Problem};
use crate::project::variables::REPLICA;

/// The ports that an earlier server has already.
pub(super) fn clashes(services: &[Service]) -> Vec<Problem> {
    let mut owners: BTreeMap<u16, PortUse<'_>> = BTreeMap::new();
    let mut problems = Vec::new();
    for server in services.iter().flat_map(servers) {
        match owners.get(&server.port.number()) {
            Some(owner) if shared(owner, &server) => {}
            Some(owner) => problems.push(clash(owner, &server)),
            None => {
                owners.insert(server.port.number(), server);
            }
        }
    }
    problems
}

/// Something that listens on a port.
struct PortUse<'a> {
    service: &'a Service,
    /// The key that names the port.
    key: &'static str,
    port: &'a Port,
    location: Option<&'a Location>,
}

fn servers(service: &Service) -> impl Iterator<Item = PortUse<'_>> {
    let swank = service.swank.as_ref();
    let swank = swank.map(|swank| ("swank", &swank.port, swank.location.as_ref()));
    let http = service.http.as_ref();
    let http = http.map(|http| ("http", &http.port, http.location.as_ref()));
    swank
        .into_iter()
        .chain(http)
        .map(|(key, port, location)| PortUse {
            service,
            key,
            port,
            location,
        })
}

fn group<'a>(server: &PortUse<'a>) -> Option<&'a Name> {
    Some(&server.service.replica.as_ref()?.of)
}

/// Whether it is one socket that is handed to both.
fn shared(one: &PortUse<'_>, other: &PortUse<'_>) -> bool {
    let of_http = |server: &PortUse<'_>| server.key == "http";
    let handed = one.service.shared_socket().is_some() && group(one) == group(other);
    handed && of_http(one) && of_http(other)
}

fn clash(owner: &PortUse<'_>, server: &PortUse<'_>) -> Problem {
    let (first, second) = (&owner.service.name, &server.service.name);
    let (key, port) = (server.key, server.port);
    let problem = Problem::error(if owner.key == key {
        format!("the services `{first}` and `{second}` both have the {key} port {port}")
    } else if first == second {
        format!("the service `{second}` has the port {port} for swank and for http")
    } else {
        format!(
            "the {key} port {port} of `{second}` is the {} port of `{first}`",
            owner.key
        )
    });
    let replicas = group(owner).is_some() && group(owner) == group(server);
    let problem = problem.help(if replicas {
        let front = port.number() / 10;
        format!("the number of a replica makes a port of its own: `{key}: {front}${{{REPLICA}}}`")
    } else {
        format!("give each a port of its own: `{key}.port`")
    });
    match server.location {
        Some(location) => problem.at(location.clone()),
        None => problem,
    }
}
