//! Whether the ports of the services are free, or theirs.

use super::finding::Finding;
use super::scene::Scene;
use crate::live::identity::Kinship;
use crate::live::occupant::Occupant;
use crate::live::port::{self, Holder};
use crate::live::swank::Address;
use crate::plan::service::Service;

/// The server that `http.port` is of.
const HTTP: &str = "HTTP";

/// What holds a socket that it hands over.
const MANAGERS: [&str; 2] = ["systemd", "supervisord"];

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let services = scene.services.iter();
    services
        .flat_map(|service| {
            let swank = service.swank.as_ref().map(|swank| Address {
                host: swank.interface.resolved(),
                port: swank.port.number(),
            });
            let swank = swank.map(|address| judge(scene, service, "swank", &address));
            let http = service.http.as_ref().map(|http| Address {
                host: "0.0.0.0".to_owned(),
                port: http.port.number(),
            });
            let http = http.map(|address| judge(scene, service, HTTP, &address));
            swank.into_iter().chain(http)
        })
        .collect()
}

fn judge(scene: &Scene<'_>, service: &Service, what: &str, address: &Address) -> Finding {
    let name = &service.name;
    let port = address.port;
    match Occupant::of(address, scene.host) {
        None if !port::is_taken(address) => {
            Finding::ok(format!("the port {port} of `{name}` ({what}) is free"))
        }
        Some(Occupant::Service(record)) if record.kinship(service, true) == Kinship::Same => {
            Finding::ok(format!(
                "the port {port} ({what}) is held by `{name}` itself"
            ))
        }
        Some(Occupant::Program(holder)) if service.runtime.is_none() => Finding::unknown(format!(
            "the port {port} ({what}) is held by {holder}, which may be `{name}`: it has no runtime that says so"
        )),
        Some(Occupant::Program(holder)) if hands_over(&holder, service, what) => Finding::ok(
            format!("the port {port} ({what}) is held by {holder}, for `{name}`"),
        ),
        holder => {
            let holder = holder
                .map_or("something that this user cannot see".to_owned(), |holder| {
                    holder.to_string()
                });
            Finding::error(format!(
                "the port {port} of `{name}` ({what}) is held by {holder}"
            ))
            .cure("stop that, or take another port")
        }
    }
}

/// Whether it holds the port for the service, which may not run now.
fn hands_over(holder: &Holder, service: &Service, what: &str) -> bool {
    service.socket().is_some()
        && what == HTTP
        && holder
            .program()
            .is_some_and(|name| MANAGERS.contains(&name))
}
