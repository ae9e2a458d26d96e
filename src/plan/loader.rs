//! What loads the systems of a service: its setup file, and the forms that it takes.

use serde::Serialize;

use super::context::Context;
use super::need::{Need, NeedKind};
use crate::problem::Problem;
use crate::word::Word;

/// What loads the systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loader {
    /// Quicklisp.
    Quicklisp,
    /// Quicklisp with the project's own dists.
    Qlot,
    /// What `qlot bundle` wrote: all systems in a folder of the project.
    QlotBundle,
    /// The Quicklisp that Roswell installed.
    Roswell,
    /// ocicl, which finds systems for ASDF.
    Ocicl,
    /// ASDF as SBCL brings it.
    Asdf,
    /// Nothing: there are no systems.
    None,
}

impl Loader {
    /// The loaders by name.
    pub const ALL: [(&str, Loader); 7] = [
        ("quicklisp", Loader::Quicklisp),
        ("qlot", Loader::Qlot),
        ("qlot-bundle", Loader::QlotBundle),
        ("roswell", Loader::Roswell),
        ("ocicl", Loader::Ocicl),
        ("asdf", Loader::Asdf),
        ("none", Loader::None),
    ];

    /// The function that loads a system.
    pub fn load_function(self) -> Option<&'static str> {
        match self {
            Loader::Quicklisp | Loader::Qlot | Loader::Roswell => Some("ql:quickload"),
            Loader::Ocicl | Loader::QlotBundle | Loader::Asdf => Some("asdf:load-system"),
            Loader::None => None,
        }
    }

    /// Whether ASDF must be there before it; the others bring it.
    pub fn needs_asdf(self) -> bool {
        matches!(self, Loader::Ocicl | Loader::QlotBundle | Loader::Asdf)
    }

    /// The file given to `--load` first: what `setup` names, or the loader's own.
    pub(super) fn setup(self, context: &Context<'_>, needs: &mut Vec<Need>) -> Option<Word> {
        if let Some(field) = context.fields.get("setup") {
            return context.needed(&field, NeedKind::File, needs);
        }
        let help = self.setup_help()?;
        let Some(path) = self.own_setup(context) else {
            context.reader.report(
                Problem::error("the home folder is not known, and with it the loader's setup file")
                    .help("name the file with `setup:`"),
            );
            return None;
        };
        needs.push(Need {
            path: path.clone(),
            key: "setup".to_owned(),
            kind: NeedKind::File,
            location: None,
            help: help.to_owned(),
        });
        Some(path.into())
    }

    /// What to do where the setup file of its own is missing; nothing where it has none.
    fn setup_help(self) -> Option<&'static str> {
        match self {
            Loader::Quicklisp => {
                Some("install Quicklisp, name its file with `setup:`, or use another `loader:`")
            }
            Loader::Qlot => Some("run `qlot install` in the project's folder"),
            Loader::QlotBundle => Some("run `qlot bundle` in the project's folder"),
            Loader::Roswell => {
                Some("run `ros setup`, name its file with `setup:`, or use another `loader:`")
            }
            Loader::Ocicl => Some("run `ocicl setup`, or name its runtime file with `setup:`"),
            Loader::Asdf | Loader::None => None,
        }
    }

    fn own_setup(self, context: &Context<'_>) -> Option<String> {
        match self {
            Loader::Quicklisp => quicklisp_setup(context),
            Loader::Qlot => Some(format!("{}/.qlot/setup.lisp", context.base.folder)),
            Loader::QlotBundle => Some(format!("{}/.bundle-libs/bundle.lisp", context.base.folder)),
            Loader::Roswell => {
                let file = ".roswell/lisp/quicklisp/setup.lisp";
                let file = context.base.home?.join(file);
                file.to_str().map(str::to_owned)
            }
            Loader::Ocicl => ocicl_runtime(context),
            Loader::Asdf | Loader::None => None,
        }
    }
}

/// Where Quicklisp installs itself, or where people hide it.
fn quicklisp_setup(context: &Context<'_>) -> Option<String> {
    let home = context.base.home?;
    let usual = home.join("quicklisp/setup.lisp");
    let hidden = home.join(".quicklisp/setup.lisp");
    let found = if !context.host.exists(&usual) && context.host.exists(&hidden) {
        hidden
    } else {
        usual
    };
    found.to_str().map(str::to_owned)
}

/// Where `ocicl setup` writes its runtime: the XDG data folder.
fn ocicl_runtime(context: &Context<'_>) -> Option<String> {
    let data = context.host.data.as_ref()?;
    let file = data.join("ocicl/ocicl-runtime.lisp");
    file.to_str().map(str::to_owned)
}
