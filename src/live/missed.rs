//! Why there is no connection to a service, and what a person reads of it.

use std::fmt;

use super::identity::{Kinship, with_profiles};
use super::occupant::Occupant;
use super::record::Record;
use super::swank::{Address, ConnectError};
use crate::host;
use crate::plan::service::Service;
use crate::problem::Problem;

/// Why there is no connection to a service.
#[derive(Debug)]
pub enum Missed {
    /// The secret is not known, so that nothing was asked.
    Secret {
        /// Why.
        problem: Problem,
        /// Whether something may listen there.
        listens: bool,
    },
    /// No swank server answers.
    Unanswered {
        /// How it does not.
        error: ConnectError,
        /// What has the port instead, if that is on this machine.
        holder: Option<Occupant>,
        /// Whether a secret is set, which only its owner may read.
        secret: bool,
    },
    /// The image does not say what it is, and why.
    Mute(String),
    /// It is another image.
    Other(Kinship, Box<Record>),
}

impl Missed {
    /// What a person reads of it who looked for `service` at `address`.
    pub fn explain(&self, service: &Service, address: &Address) -> Problem {
        let name = &service.name;
        match self {
            Missed::Secret { problem, .. } => problem.clone(),
            Missed::Unanswered {
                error,
                holder,
                secret,
            } => {
                let problem =
                    Problem::error(format!("the service `{name}` does not answer: {error}"));
                let problem = match holder {
                    Some(holder) => problem.note(format!("the port is held by {holder}")),
                    None => problem,
                };
                with_help(problem, error, *secret)
            }
            Missed::Mute(reason) => Problem::error(format!(
                "the image on `{address}` does not report which service it is: {reason}"
            )),
            Missed::Other(Kinship::OtherProfiles, record) => {
                let wanted = match service.identity.profiles.as_slice() {
                    [] => " without a profile".to_owned(),
                    profiles => with_profiles(profiles),
                };
                let problem = Problem::error(format!(
                    "`{address}` is not the service `{name}`{wanted}: it is {record}"
                ));
                let problem = match record.profiles.as_slice() {
                    [] => problem.help("leave the profile out to connect to it"),
                    profiles => problem.help(format!("`-p {}` connects to it", profiles.join(","))),
                };
                problem.help(ANY)
            }
            Missed::Other(kinship, record) => {
                let problem = Problem::error(format!(
                    "`{address}` is not the service `{name}`: it is {record}"
                ));
                let problem = match kinship {
                    Kinship::Unknown => problem,
                    _ => problem
                        .help("one of the two needs another port: `swank:` in its project file"),
                };
                problem.help(ANY)
            }
        }
    }
}

const ANY: &str = "`--any` connects to any image";

fn with_help(problem: Problem, error: &ConnectError, secret: bool) -> Problem {
    match error {
        ConnectError::Refused(_) => problem.help("`lisplaunch status` shows whether it runs"),
        ConnectError::Closed { .. } => {
            problem.help("name the file with its secret: `--secret-file FILE`")
        }
        ConnectError::Stranger { .. } if secret => problem.help(
            "the service, which listens as the owner of its secret file, is not there: stop that listener, or take another port",
        ),
        ConnectError::Stranger { user, .. } => {
            let user = host::user_name(*user).unwrap_or_else(|| user.to_string());
            problem
                .help(format!("if that is the service say so in the project file: `user: {user}`"))
                .help(format!("or trust all files of that user: `--trust {user}`"))
        }
        _ => problem,
    }
}

impl fmt::Display for Missed {
    /// In a line, beside the name of the service.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Missed::Secret { problem, .. } => f.write_str(problem.message()),
            Missed::Unanswered { error, holder, .. } => {
                error.fmt(f)?;
                match holder {
                    Some(holder) => write!(f, "; the port is held by {holder}"),
                    None => Ok(()),
                }
            }
            Missed::Mute(reason) => f.write_str(reason),
            Missed::Other(_, record) => record.fmt(f),
        }
    }
}
