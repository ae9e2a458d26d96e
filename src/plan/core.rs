//! The saved image that a service starts from: what the `core` key says.

use serde::Serialize;

use super::context::Context;
use super::name::Name;
use super::path;
use super::quantity;
use crate::lisp::Form;
use crate::project::field::Field;
use crate::runtime;
use crate::word::Word;

/// The saved image that a service starts from.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Core {
    /// The absolute path of the file.
    pub file: Word,
    /// Forms evaluated before it is saved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warm: Vec<Form>,
    /// What a start does when the code has changed since.
    pub stale: Stale,
    /// Further files that it is made from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends: Vec<Word>,
    /// The level of zstd at which it is compressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression: Option<i64>,
    /// Whether the file holds the program `sbcl` too.
    pub executable: bool,
    /// Whether the file is a program of its own, which starts the service.
    #[serde(skip)]
    pub standalone: bool,
}

/// What a start does with an image that is not made from the code as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stale {
    /// Load the code from its sources.
    Source,
    /// Use the image anyway.
    Use,
    /// End with an error.
    Refuse,
}

impl Stale {
    /// The choices by name.
    pub const ALL: [(&str, Stale); 3] = [
        ("source", Stale::Source),
        ("use", Stale::Use),
        ("refuse", Stale::Refuse),
    ];

    /// What the project file calls it.
    ///
    /// # Panics
    /// If a choice has no name.
    pub fn name(self) -> &'static str {
        let named = Self::ALL.iter().find(|(_, choice)| *choice == self);
        named.expect("all choices have names").0
    }
}

impl Core {
    /// A program of its own in `file`, made as the service wants its image, if it has one.
    pub fn standalone(file: impl Into<String>, own: Option<&Core>) -> Self {
        let file: String = file.into();
        Core {
            file: file.into(),
            warm: own.map(|own| own.warm.clone()).unwrap_or_default(),
            stale: Stale::Use,
            depends: Vec::new(),
            compression: own.and_then(|own| own.compression),
            executable: true,
            standalone: true,
        }
    }

    /// The path without the ending: `.lisplaunch/web`. What belongs to the image lies beside it.
    pub fn stem(&self) -> String {
        let file = self.file.resolved();
        file.strip_suffix(ENDING).unwrap_or(&file).to_owned()
    }

    /// The file that says how the service is loaded from its sources.
    pub fn recipe(&self) -> String {
        self.stem() + ".recipe"
    }

    /// The file that says what the image was made from.
    pub fn manifest(&self) -> String {
        self.stem() + ".manifest"
    }
}

/// The ending of an image that `sbcl` is started with.
const ENDING: &str = ".core";

/// Reads the `core` key of a service; nothing where it starts from its sources. What goes where its
/// sources do not is a program that holds everything, whatever the key says of that.
pub(super) fn read(context: &Context<'_>, profiles: &[String], name: &Name) -> Option<Core> {
    let asked = asked(context, profiles, name);
    if !context.self_contained {
        return asked;
    }
    let core = asked.unwrap_or(Core {
        file: Word::default(),
        warm: Vec::new(),
        stale: Stale::Source,
        depends: Vec::new(),
        compression: None,
        executable: true,
        standalone: false,
    });
    Some(Core {
        file: file(context, profiles, name, true),
        executable: true,
        ..core
    })
}

fn asked(context: &Context<'_>, profiles: &[String], name: &Name) -> Option<Core> {
    let field = context.fields.get("core")?;
    if field.is_false() {
        return None;
    }
    let fields = field.fields();
    let forms = |key| {
        items(fields.get(key))
            .iter()
            .filter_map(Field::form)
            .collect()
    };
    let paths = |key| {
        let items = items(fields.get(key));
        let paths = items.iter().filter(|field| !field.is_unset());
        paths
            .filter_map(|field| path::read(field, context.base))
            .collect()
    };
    let executable = fields.flag("executable");
    let core = Core {
        file: file(context, profiles, name, executable),
        warm: forms("warm"),
        stale: fields.choice("stale", &Stale::ALL),
        depends: paths("depends"),
        compression: fields
            .get("compression")
            .and_then(|field| quantity::number_of(&field)),
        executable,
        standalone: false,
    };
    fields.flag("use").then_some(core)
}

fn items(field: Option<Field<'_>>) -> Vec<Field<'_>> {
    super::context::items(field)
}

/// It lies where the runtime does, named after the service and the profiles that are laid over its
/// file.
fn file(context: &Context<'_>, profiles: &[String], name: &Name, executable: bool) -> Word {
    let folder = context.base.folder.trim_end_matches('/');
    let mut file = format!("{folder}/{}/{name}", runtime::FOLDER);
    for profile in profiles {
        file += &format!("+{profile}");
    }
    if !executable {
        file += ENDING;
    }
    file.into()
}
