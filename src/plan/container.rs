//! The container that a service runs in: what the `container` key says.

use serde::Serialize;

use crate::project::field::Fields;

/// The container of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Container {
    /// The name of its image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

impl Container {
    /// Whether nothing is said of it.
    pub fn is_empty(&self) -> bool {
        *self == Container::default()
    }
}

/// Reads the `container` map.
pub(super) fn read(container: &Fields<'_>) -> Container {
    Container {
        image: container.get("image").and_then(|field| field.parse(image)),
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
