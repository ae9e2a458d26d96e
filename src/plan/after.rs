//! What is started before a service: what the `after` key says.

use serde::Serialize;

use super::context::Context;
use super::name::Name;
use crate::problem::{Problem, shown};
use crate::project::field::Field;
use crate::suggest;

/// What a service comes after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum After {
    /// A service of the project.
    Service(Name),
    /// A unit of the process manager, `postgresql.service`.
    Unit(String),
}

/// Reads the `after` key of a service.
pub(super) fn read(context: &Context<'_>, service: &Name) -> Vec<After> {
    let items = context.items("after").into_iter();
    items
        .filter_map(|item| one(context, service, &item))
        .collect()
}

fn one(context: &Context<'_>, service: &Name, item: &Field<'_>) -> Option<After> {
    let text = item.value()?.text();
    if context.services.contains(&text) {
        return Name::parse(&text).map(After::Service).ok();
    }
    let legal = |c: char| c.is_ascii_alphanumeric() || ":-_.\\@".contains(c);
    if text.contains('.') && !text.starts_with(['.', '-']) && text.chars().all(legal) {
        return Some(After::Unit(text));
    }
    let others = context.services.iter().map(String::as_str);
    let others = others.filter(|name| *name != service.as_str());
    let problem = Problem::error(format!(
        "`{}` is `{}`: expected a service of this file, or a unit of the process manager",
        item.path(),
        shown(&text)
    ));
    let problem = match context.services.len() {
        1 => problem,
        _ => problem.help(suggest::help(&text, others)),
    };
    item.report(problem.help("the name of a unit has a dot: `postgresql.service`"));
    None
}
