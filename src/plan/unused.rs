//! Variables of the command line that nothing asks for.

use std::collections::{BTreeMap, BTreeSet};

use crate::problem::Problem;
use crate::project::Project;
use crate::project::variables::REPLICA;
use crate::suggest;

/// What is wrong with settings whose names neither the file uses nor env files that were read
/// (`in_files`); `replicas` is whether the file itself gives a number to each service.
pub(super) fn problems(
    settings: &BTreeMap<String, String>,
    project: &Project,
    in_files: &BTreeSet<String>,
    replicas: bool,
) -> Vec<Problem> {
    if settings.is_empty() {
        return Vec::new();
    }
    let mut used = project.variable_names();
    used.extend(in_files.iter().cloned());
    let given = replicas && used.remove(REPLICA);
    let unused = settings.keys().filter(|name| !used.contains(*name));
    let problem = |name: &String| match name.as_str() {
        REPLICA if given => Problem::error(format!("`--set {REPLICA}`: `replicas` gives that one"))
            .help("leave it out: it is another number in each service"),
        name => Problem::error(format!(
            "`--set {name}`: `{}` uses no variable `{name}`",
            project.source.name
        ))
        .help(suggest::help(name, used.iter().map(String::as_str))),
    };
    unused.map(problem).collect()
}
