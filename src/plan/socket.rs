//! A listening socket that what starts a service holds and hands to it: what `http.socket` says.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::upstream::Upstream;
use crate::problem::{Location, Problem};
use crate::project::field::Field;

/// The socket that is handed to a service, on its port.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct HandedSocket {
    /// The address that it listens on.
    pub address: Ipv4Addr,
    /// Where that stands in the project file.
    #[serde(skip)]
    pub location: Location,
}

/// Reads `http.socket` of a service of which nginx has an `upstream`.
pub(super) fn read(field: &Field<'_>, upstream: Option<&Upstream>) -> Option<HandedSocket> {
    if field.is_unset() {
        return None;
    }
    let address = field.parse(|text| {
        text.parse().map_err(|_| {
            "an IPv4 address on which the service manager listens, such as `127.0.0.1`".to_owned()
        })
    })?;
    if upstream.is_some() {
        field.report(
            Problem::error("`http.socket` and `http.upstream` exclude each other")
                .help("behind nginx each replica has a port of its own: remove `socket`")
                .help("a socket that is handed over is one for all: remove `upstream`"),
        );
    }
    Some(HandedSocket {
        address,
        location: field.location(),
    })
}
