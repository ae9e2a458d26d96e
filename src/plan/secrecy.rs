//! Which variables may hold secrets.

use std::collections::{BTreeMap, BTreeSet};

use super::service::Service;
use crate::project::variables::ValueOrigin;

/// Parts of the names of variables that people keep secrets in.
const SIGNS: [&str; 9] = [
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "TOKEN",
    "CREDENTIAL",
    "PRIVATE",
    "API_KEY",
    "APIKEY",
];

/// Ends of such names.
const ENDS: [&str; 5] = ["_KEY", "_PASS", "_PWD", "_DSN", "_SALT"];

/// Whether a variable of this name looks as if it held a secret.
pub fn looks_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    SIGNS.iter().any(|sign| name.contains(sign)) || ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether the value of a variable of a service may be a secret: what an env file sets counts as
/// one, and what is made of one.
pub fn is_secret(service: &Service, name: &str) -> bool {
    looks_secret(name)
        || service.env_file_variables.contains_key(name)
        || service.env_secrets.contains(name)
}

/// Those of the variables that were used, each with the source of its value, that may be secrets.
pub(super) fn of(used: &BTreeMap<String, ValueOrigin>) -> BTreeSet<String> {
    let used = used.iter();
    let secret = used.filter(|(name, origin)| **origin == ValueOrigin::File || looks_secret(name));
    secret.map(|(name, _)| name.clone()).collect()
}

/// Whether the environment of a service may hold secrets.
pub(super) fn holds_secrets(service: &Service) -> bool {
    let mut names = service.env.iter().map(|(name, _)| name);
    !service.env_file.is_empty() || names.any(|name| is_secret(service, name))
}
