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
    let items = items.filter(|item| !item.is_unset());
    items
        .flat_map(|item| one(context, service, &item))
        .collect()
}

/// The service or unit that an item names, or all replicas of one.
fn one(context: &Context<'_>, service: &Name, item: &Field<'_>) -> Vec<After> {
    let Some(text) = item.value().map(|value| value.text()) else {
        return Vec::new();
    };
    if let Some(names) = context.services.find(&text) {
        return services(context, item, names);
    }
    let legal = |c: char| c.is_ascii_alphanumeric() || ":-_.\\@".contains(c);
    if text.contains('.') && !text.starts_with(['.', '-']) && text.chars().all(legal) {
        return vec![After::Unit(text)];
    }
    let others = context.services.all();
    let mut others = others.filter(|name| *name != service.as_str()).peekable();
    let problem = Problem::error(format!(
        "`{}` is `{}`: expected a service of this file, or a unit of the process manager",
        item.path(),
        shown(&text)
    ));
    let problem = match others.peek() {
        None => problem,
        Some(_) => problem.help(suggest::help(&text, others)),
    };
    item.report(problem.help("the name of a unit has a dot: `postgresql.service`"));
    Vec::new()
}

fn services(context: &Context<'_>, item: &Field<'_>, names: &[String]) -> Vec<After> {
    // What a few words stand for may be much in all.
    let length = names.iter().map(String::len).sum();
    if let Err(problem) = context.reader.variables.allowance.take(length) {
        item.report(problem);
        return Vec::new();
    }
    // What is wrong with a name has been reported where it is.
    let names = names.iter().filter_map(|name| Name::parse(name).ok());
    names.map(After::Service).collect()
}
