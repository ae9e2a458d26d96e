//! The sockets that are handed to services, of all of them: replicas share one.

use std::collections::BTreeMap;

use super::name::Name;
use super::ready::ReadyCheck;
use super::service::Service;
use super::socket::HandedSocket;
use crate::problem::Problem;

impl Service {
    /// The socket that is handed to it, if it wants that.
    pub fn socket(&self) -> Option<&HandedSocket> {
        self.http.as_ref()?.socket.as_ref()
    }

    /// The socket that it shares with other replicas.
    pub fn shared_socket(&self) -> Option<&HandedSocket> {
        self.socket().filter(|_| self.replica.is_some())
    }
}

/// Replicas whose socket is not one, and those that cannot say which of them is ready.
pub(super) fn problems(services: &[Service]) -> Vec<Problem> {
    let mut ports: BTreeMap<&Name, u16> = BTreeMap::new();
    let mut problems = Vec::new();
    for service in services {
        let (Some(socket), Some(http), Some(replica)) =
            (service.shared_socket(), &service.http, &service.replica)
        else {
            continue;
        };
        let port = http.port.number();
        if *ports.entry(&replica.of).or_insert(port) != port {
            problems.push(
                Problem::error(format!(
                    "the replicas of `{}` have one socket, but differ in `http.port`",
                    replica.of
                ))
                .at(socket.location.clone())
                .help("name one port for all of them, without `${REPLICA}`"),
            );
        }
        let asked = service.ready.as_ref();
        let asked = asked.is_some_and(|ready| matches!(ready.check, ReadyCheck::Http(_)));
        let same = asked && service.server().is_some_and(|server| server.port == port);
        if same && replica.number == 1 {
            problems.push(
                Problem::error(format!(
                    "`ready.http` asks at the port {port}, where any replica of `{}` may answer",
                    replica.of
                ))
                .at(socket.location.clone())
                .help("remove it: a replica is ready once its start forms have returned")
                .help("or ask the image itself: `ready: (my-app:up-p)`"),
            );
        }
    }
    problems
}
