//! The files that a project wants to be written: what the `emit` key says.

use serde::Serialize;

use super::path::{self, Base};
use crate::problem::{Location, Problem};
use crate::project::field::{Field, Fields};
use crate::suggest;

/// A file, or a folder of files, that `lisplaunch emit` writes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Output {
    /// The name of the format, whether there is one or not.
    pub format: String,
    /// The absolute path of the file, or of the folder where it ends in `/`.
    pub path: String,
    /// Whether it starts `lisplaunch run` instead of sbcl.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub indirect: bool,
    /// Whether it is for the user's own manager.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub user: bool,
    /// Where the format is in the file.
    #[serde(skip)]
    pub location: Location,
}

/// The keys of a file that is written as a map.
const KEYS: [&str; 3] = ["path", "indirect", "user"];

/// Reads the `emit` key of a project.
pub(super) fn read(fields: &Fields<'_>, base: Base<'_>) -> Vec<Output> {
    let Some(field) = fields.get("emit") else {
        return Vec::new();
    };
    let entries = field.entries().into_iter();
    entries
        .filter(|(format, _)| !format.text.starts_with("x-"))
        .filter_map(|(format, field)| {
            let output = Output {
                format: format.text.clone(),
                path: String::new(),
                indirect: false,
                user: false,
                location: format.location.clone(),
            };
            output.read(&field, base)
        })
        .collect()
}

impl Output {
    fn read(self, field: &Field<'_>, base: Base<'_>) -> Option<Self> {
        if !field.is_map() {
            let path = path_of(field, base)?;
            return Some(Output { path, ..self });
        }
        let mut output = self;
        for (key, value) in field.entries() {
            match key.text.as_str() {
                "path" => output.path = path_of(&value, base)?,
                "indirect" => output.indirect = value.flag()?,
                "user" => output.user = value.flag()?,
                name if name.starts_with("x-") => {}
                name => {
                    value.report(
                        Problem::error(format!("unknown key `{name}` in `{}`", field.path()))
                            .help(suggest::help(name, KEYS)),
                    );
                    return None;
                }
            }
        }
        if output.path.is_empty() {
            field.report(
                Problem::error(format!("`{}` names no file", field.path()))
                    .help("add `path:`, a file or a folder that ends in `/`"),
            );
            return None;
        }
        Some(output)
    }
}

/// An absolute path; one that ends in `/` still does.
fn path_of(field: &Field<'_>, base: Base<'_>) -> Option<String> {
    if field.is_null() {
        field.report_null();
        return None;
    }
    path::read(field, base).map(|path| path.resolved())
}
