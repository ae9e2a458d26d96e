//! Small projects that run: each is a folder of `templates/init/`, written with another name.

/// The name that the files of a template have, and use.
const NAME: &str = "my-app";

/// A file of a template: its path and its text.
type TemplateFile = (&'static str, &'static str);

/// A project to begin with.
#[derive(Clone, Copy, Debug)]
pub struct ProjectTemplate {
    /// What it is called.
    pub name: &'static str,
    /// Which loaders can have its libraries without being asked for more; none where any can.
    pub needs_quicklisp: bool,
    files: &'static [TemplateFile],
}

macro_rules! files {
    ($template:literal) => {
        &[
            (
                "my-app.asd",
                include_str!(concat!("../../templates/init/", $template, "/my-app.asd")),
            ),
            (
                "my-app.lisp",
                include_str!(concat!("../../templates/init/", $template, "/my-app.lisp")),
            ),
            (
                "lisplaunch.yaml",
                include_str!(concat!(
                    "../../templates/init/",
                    $template,
                    "/lisplaunch.yaml"
                )),
            ),
        ]
    };
}

/// The templates.
pub const ALL: [ProjectTemplate; 5] = [
    template("hunchentoot", false, files!("hunchentoot")),
    template("clack", true, files!("clack")),
    template("lucerne", true, files!("lucerne")),
    template("caveman", true, files!("caveman")),
    template("worker", false, files!("worker")),
];

const fn template(
    name: &'static str,
    needs_quicklisp: bool,
    files: &'static [TemplateFile],
) -> ProjectTemplate {
    ProjectTemplate {
        name,
        needs_quicklisp,
        files,
    }
}

impl ProjectTemplate {
    /// Its files for a project of this name: paths and texts.
    pub fn files(self, name: &str, loader: &str, swank: u16) -> Vec<(String, String)> {
        let own = |text: &str| {
            let text = text
                .replace(NAME, name)
                .replace("SCHEMA-LINE", super::SCHEMA_LINE);
            let text = text.replace("loader: asdf", &format!("loader: {loader}"));
            text.replace("SWANK_PORT:-4005", &format!("SWANK_PORT:-{swank}"))
        };
        let files = self.files.iter();
        files.map(|(path, text)| (own(path), own(text))).collect()
    }
}

/// Whether a name can be that of a package, a system and a file alike.
pub fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(plain)
        && name != "cl"
        && name != "common-lisp"
}
