//! Forms with names, for `lisplaunch do`: what the `commands` key says.

use serde::Serialize;

use super::context::Context;
use crate::lisp::Form;
use crate::problem::Problem;
use crate::project::field::Field;
use crate::project::yaml::{Node, NodeKind};
use crate::project::{Project, ServiceNode, entry, services};
use crate::suggest;

/// A form that is evaluated when a person asks for it by its name.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProjectCommand {
    /// Its name.
    #[serde(skip)]
    pub name: String,
    /// The form.
    pub form: Form,
    /// Whether it is evaluated in the running image, and not in a fresh one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub remote: bool,
}

/// A command as it is written, its variables not resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct WrittenCommand {
    /// The service that has it, by its name in the file; none where the whole file is one service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Its name.
    pub name: String,
    /// The text of its form.
    pub form: String,
    /// Whether it is evaluated in the running image.
    pub remote: bool,
}

/// The keys of a command that is written as a map.
const KEYS: [&str; 2] = ["form", "remote"];

/// Reads the `commands` key of a service.
pub(super) fn read(context: &Context<'_>) -> Vec<ProjectCommand> {
    let entries = context.fields.get("commands").map(|field| field.entries());
    let entries = entries.unwrap_or_default().into_iter();
    entries
        .filter(|(name, _)| !name.text.starts_with("x-"))
        .filter_map(|(name, field)| one(&name.text, &field))
        .collect()
}

fn one(name: &str, field: &Field<'_>) -> Option<ProjectCommand> {
    let (mut form, mut remote) = (None, false);
    if field.is_map() {
        for (key, value) in field.entries() {
            match key.text.as_str() {
                "form" => form = Some(form_of(&value)?),
                "remote" => remote = value.flag()?,
                other if other.starts_with("x-") => {}
                other => {
                    value.report(
                        Problem::error(format!("unknown key `{other}` in `{}`", field.path()))
                            .help(suggest::help(other, KEYS)),
                    );
                    return None;
                }
            }
        }
        if form.is_none() {
            field.report(
                Problem::error(format!("`{}` has no form", field.path()))
                    .help("add `form:`, as `form: (my-app.db:migrate)`"),
            );
        }
    } else {
        form = form_of(field);
    }
    Some(ProjectCommand {
        name: name.to_owned(),
        form: form?,
        remote,
    })
}

fn form_of(field: &Field<'_>) -> Option<Form> {
    if field.is_null() {
        field.report_null();
        return None;
    }
    field.form()
}

/// The commands of all services of a file with these profiles. What is wrong with them a plan
/// reports.
///
/// # Errors
/// When there is no such profile, or `services` cannot be read.
pub fn written(project: &Project, profiles: &[String]) -> Result<Vec<WrittenCommand>, Problem> {
    let root = project.with_profiles(profiles)?;
    let services = services(&root)?;
    Ok(services.iter().flat_map(written_of).collect())
}

fn written_of(service: &ServiceNode) -> Vec<WrittenCommand> {
    let Some(NodeKind::Map(entries)) = entry(&service.node, "commands").map(|node| &node.kind)
    else {
        return Vec::new();
    };
    let named = entries
        .iter()
        .filter(|(name, _)| !name.text.starts_with("x-"));
    let written = named.map(|(name, node)| WrittenCommand {
        service: service.key.as_ref().map(|key| key.text.clone()),
        name: name.text.clone(),
        form: text(entry(node, "form").unwrap_or(node)).to_owned(),
        remote: entry(node, "remote").is_some_and(|node| text(node) == "true"),
    });
    written.collect()
}

fn text(node: &Node) -> &str {
    match &node.kind {
        NodeKind::Scalar(scalar) => &scalar.text,
        _ => "",
    }
}
