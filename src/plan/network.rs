//! The network that a service has where it runs, and the address on which it is reached there.

use std::collections::BTreeMap;

use crate::project::variables::LISTEN_ADDRESS;

/// All addresses of a network.
pub(super) const EVERYWHERE: &str = "0.0.0.0";

/// The network of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// The one of the machine.
    #[default]
    OfMachine,
    /// One of its own, into which requests come from outside.
    Own,
}

impl Network {
    /// The variables that a service has there unless the project file sets them.
    pub(super) fn variables(self) -> BTreeMap<String, String> {
        let address = (LISTEN_ADDRESS.to_owned(), EVERYWHERE.to_owned());
        let address = (self == Network::Own).then_some(address);
        address.into_iter().collect()
    }
}
