//! Which variables may hold secrets.

use super::service::Service;

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
/// one.
pub fn is_secret(service: &Service, name: &str) -> bool {
    looks_secret(name) || service.env_file_variables.contains(name)
}

/// Whether the environment of a service may hold secrets.
pub(super) fn holds_secrets(service: &Service) -> bool {
    let mut names = service.env.iter().map(|(name, _)| name);
    !service.env_file.is_empty() || names.any(|name| is_secret(service, name))
}
