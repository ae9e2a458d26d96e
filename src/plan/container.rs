//! The container that a service runs in: what the `container` key says.

use serde::Serialize;

use super::context::{self, Context};
use super::path;
use crate::problem::Problem;
use crate::project::field::Field;
use crate::project::keys;
use crate::word::Word;

/// The container of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Container {
    /// The name of its image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Packages of Debian that its image holds, for the libraries of C that it calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<String>,
    /// Packages that it takes to make the image.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub build_packages: Vec<String>,
    /// The absolute paths of files and folders of the project that its image holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Word>,
    /// The version of Quicklisp's libraries that is put into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quicklisp: Option<String>,
}

impl Container {
    /// The version of Quicklisp's libraries.
    pub fn quicklisp(&self) -> &str {
        let usual = || keys::default("container.quicklisp");
        self.quicklisp.as_deref().unwrap_or_else(usual)
    }

    /// Whether nothing is said of it.
    pub fn is_empty(&self) -> bool {
        *self == Container::default()
    }
}

/// Reads the `container` map.
pub(super) fn read(context: &Context<'_>) -> Container {
    let container = context.fields.map("container");
    let packages = |key| {
        let items = context::items(container.get(key));
        items
            .iter()
            .filter_map(|item| item.parse(package))
            .collect()
    };
    let files = context::items(container.get("files"));
    Container {
        image: container.get("image").and_then(|field| field.parse(image)),
        packages: packages("packages"),
        build_packages: packages("build-packages"),
        files: files
            .iter()
            .filter(|field| !field.is_unset())
            .filter_map(|field| file(context, field))
            .collect(),
        quicklisp: container
            .get("quicklisp")
            .and_then(|field| field.parse(version)),
    }
}

/// A file or folder below that of the project, which is all that an image is made from.
fn file(context: &Context<'_>, field: &Field<'_>) -> Option<Word> {
    let path = path::read(field, context.base)?;
    let text = path.resolved();
    let below = text.strip_prefix(context.base.folder.trim_end_matches('/'));
    let below = below.and_then(|rest| rest.strip_prefix('/'));
    if below.is_some_and(|rest| !rest.split('/').any(|step| step == "..")) {
        return Some(path);
    }
    field.report(
        Problem::error(format!(
            "`{}` is not below the project's folder",
            field.path()
        ))
        .help("an image is made from that folder: copy the file there"),
    );
    None
}

/// The name of a package, with a version or without.
fn package(text: &str) -> Result<String, String> {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.=:~".contains(c);
    let begins = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if begins && text.chars().all(legal) {
        Ok(text.to_owned())
    } else {
        Err("the name of a package of Debian such as `libssl3`".to_owned())
    }
}

/// The day of a distribution of Quicklisp.
fn version(text: &str) -> Result<String, String> {
    let is_day = |(index, c): (usize, char)| match index {
        4 | 7 => c == '-',
        _ => c.is_ascii_digit(),
    };
    if text.len() == 10 && text.chars().enumerate().all(is_day) {
        Ok(text.to_owned())
    } else {
        Err("the day of a version of Quicklisp's libraries such as `2024-10-12`".to_owned())
    }
}

/// The registry with its port, a path, a tag or a digest.
fn image(text: &str) -> Result<String, String> {
    let legal = |c: char| c.is_ascii_alphanumeric() || "._/:@-".contains(c);
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if begins && text.chars().all(legal) {
        Ok(text.to_owned())
    } else {
        Err("the name of an image such as `registry.example/shop:1`".to_owned())
    }
}
