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

/// Whether the environment of a service may hold secrets: what an env file sets counts as one.
pub(super) fn holds_secrets(service: &Service) -> bool {
    let mut names = service.env.iter().map(|(name, _)| name);
    !service.env_file.is_empty() || names.any(|name| looks_secret(name))
}
