//! Replicas that a deployment takes from nginx and gives back: what `http.upstream` and `spare` say.

use serde::Serialize;

use super::path::{self, Base};
use crate::problem::{Location, Problem, shown};
use crate::project::field::{Field, Fields};
use crate::word::Word;

/// The file in which nginx finds the replicas that it sends requests to.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Upstream {
    /// Its absolute path.
    pub file: Word,
    /// Where that is in the project file.
    #[serde(skip)]
    pub location: Location,
}

/// Reads `http.upstream` of a service of which there are so many.
pub(super) fn read(field: &Field<'_>, base: Base<'_>, replicas: u32) -> Option<Upstream> {
    if field.is_unset() {
        return None;
    }
    let file = path::read(field, base)?;
    // For nginx these are a pattern, and a pattern without a match is not an error.
    let text = file.resolved();
    if text.contains(['*', '?', '[']) {
        field.report(Problem::error(format!(
            "`http.upstream` is `{}`: expected a path without `*`, `?` and `[`",
            shown(&text)
        )));
        return None;
    }
    if replicas < 2 {
        field.report(
            Problem::error("`http.upstream` is for `replicas`, and there is one process")
                .help("add `replicas: 2`, or leave it out"),
        );
    }
    Some(Upstream {
        file,
        location: field.location(),
    })
}

/// Reads `spare` of a service of which there are so many, and of which nginx has an `upstream`.
pub(super) fn spare(fields: &Fields<'_>, upstream: Option<&Upstream>, replicas: u32) -> bool {
    let Some(field) = fields.get("spare").filter(|_| fields.flag("spare")) else {
        return false;
    };
    if replicas < 2 {
        field.report(
            Problem::error("`spare` is for `replicas`, and there is one process").help(
                "add `replicas: 2`: one runs, and the other is started by `lisplaunch deploy`",
            ),
        );
    } else if upstream.is_none() {
        field.report(
            Problem::error("`spare` needs `http.upstream`: nginx has to know which replicas run")
                .help("name a file that nginx can read: `upstream: /etc/nginx/my-app.upstream`"),
        );
    }
    true
}
