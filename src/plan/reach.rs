//! Where a service listens that has a network of its own: in a container, requests come from
//! outside of it, and one that listens on the loopback interface gets none.

use super::context::Context;
use super::network::{EVERYWHERE, Network};
use crate::problem::Problem;
use crate::project::field::Field;
use crate::project::variables::LISTEN_ADDRESS;

/// What is the container itself in one.
const LOOPBACK: [&str; 2] = ["127.0.0.1", "localhost"];

/// The keys that may say where a service listens.
const KEYS: [&str; 2] = ["start", "arguments"];

/// Reports what makes a service listen where nothing reaches it.
pub(super) fn check(context: &Context<'_>) {
    if context.network == Network::OfMachine {
        return;
    }
    for field in KEYS.iter().flat_map(|key| context.items(key)) {
        if let Some(address) = loopback(&field) {
            field.report(
                Problem::warning(format!(
                    "`{}` names `{address}`, where nothing outside of its container reaches the service",
                    field.path()
                ))
                .help(format!(
                    "take the address from a variable: `${{{LISTEN_ADDRESS}:-{address}}}` is {EVERYWHERE} in containers"
                )),
            );
        }
    }
}

fn loopback(field: &Field<'_>) -> Option<&'static str> {
    let text = field.value()?.text();
    LOOPBACK.into_iter().find(|address| text.contains(address))
}
