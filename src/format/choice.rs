//! A format with its options.

use super::{Format, find};
use crate::plan::outputs::Output;
use crate::problem::Problem;

/// A format, and how it is written.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// The format.
    pub format: &'static Format,
    /// Whether `lisplaunch run` is started, and not sbcl itself.
    pub indirect: bool,
    /// Whether it is for the manager of a user's own session and not for the machine's.
    pub personal: bool,
}

impl Choice {
    /// A format in the way that is wanted.
    ///
    /// # Errors
    /// When the format does not have that.
    pub fn new(format: &'static Format, indirect: bool, personal: bool) -> Result<Self, Problem> {
        let name = format.name;
        if indirect && !format.indirect {
            return Err(
                Problem::error(format!("the format `{name}` has no `--indirect`"))
                    .help("leave it out, and write the file again when the project file changes"),
            );
        }
        if personal && !format.personal {
            return Err(
                Problem::error(format!("the format `{name}` has no `--user`"))
                    .help("leave it out: there is one such manager for all users"),
            );
        }
        Ok(Choice {
            format,
            indirect,
            personal,
        })
    }

    /// Whether services are started as their `user`: the manager of a user starts them all as that
    /// one.
    pub fn as_user(self) -> bool {
        self.format.as_user && !self.personal
    }

    /// What the project file asks for.
    ///
    /// # Errors
    /// When there is no such format, or it does not have what is wanted.
    pub fn of(output: &Output) -> Result<Self, Problem> {
        find(&output.format)
            .and_then(|format| Choice::new(format, output.indirect, output.user))
            .map_err(|problem| problem.at(output.location.clone()))
    }
}
