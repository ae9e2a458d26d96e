//! What holds a port of this machine, as far as this user can see.

use std::fmt;

use super::port::Holder;
use super::record::Record;
use super::state_file;
use super::swank::Address;
use crate::host::Host;

/// What holds a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occupant {
    /// A service of this user, which says so in its state file.
    Service(Box<Record>),
    /// Some program.
    Program(Holder),
}

impl Occupant {
    /// What listens at `address`, if something does.
    pub fn of(address: &Address, host: &Host) -> Option<Self> {
        let holder = Holder::of(address)?;
        let record = holder
            .processes()
            .find_map(|process| state_file::of_process(process, host));
        Some(match record {
            Some(record) => Occupant::Service(Box::new(record)),
            None => Occupant::Program(holder),
        })
    }
}

impl fmt::Display for Occupant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Occupant::Service(record) => record.fmt(f),
            Occupant::Program(holder) => holder.fmt(f),
        }
    }
}
