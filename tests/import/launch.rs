//! What a command line that starts a Lisp makes it do, as far as an import has to keep it.

use std::path::Path;

use lisplaunch::lisp::tree::{Tree, TreeKind, read_trees};

/// The operators that load systems.
const LOADERS: [&str; 6] = [
    "ql:quickload",
    "asdf:load-system",
    "asdf:load-op",
    "asdf:oos",
    "asdf:operate",
    "require",
];

/// The operators that only see to it that systems are found, that the process stays, or that an
/// error ends it: a project file has keys for these.
const KEPT_OTHERWISE: [&str; 10] = [
    "push",
    "pushnew",
    "setf",
    "asdf:load-asd",
    "asdf:initialize-source-registry",
    "loop",
    "sleep",
    "sb-thread:join-thread",
    "sb-impl:toplevel-repl",
    "sb-ext:disable-debugger",
];

/// What sees to the systems is found by its file, so no file of it is loaded for its own sake.
const SETUPS: [&str; 5] = [
    "setup.lisp",
    "bundle.lisp",
    "ocicl-runtime.lisp",
    "runtime.lisp",
    ".asd",
];

/// It, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Launch {
    systems: Vec<String>,
    /// Names of files that are loaded.
    files: Vec<String>,
    /// The package that forms are read in.
    package: Option<String>,
    forms: Vec<String>,
    /// The port of swank's server.
    swank: Option<String>,
    /// What follows the options of SBCL.
    arguments: Vec<String>,
}

impl Launch {
    /// What these words make it do; the first is the name of the program.
    pub fn of(words: &[String]) -> Self {
        let mut launch = Launch::default();
        if words[0].ends_with("clackup") {
            return launch.of_clackup(&words[1..]);
        }
        let mut words = words.iter().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--eval" | "-e" => launch.text(words.next().expect("a form")),
                "--load" | "--script" => launch.file(words.next().expect("a file")),
                "-s" => launch.systems.push(words.next().expect("a system").clone()),
                "--end-toplevel-options" => launch.arguments.extend(words.by_ref().cloned()),
                _ => {}
            }
        }
        launch
    }

    /// Clack's own program, which loads Clack and calls it with its options.
    fn of_clackup(mut self, words: &[String]) -> Self {
        self.systems.push("clack".to_owned());
        let (options, file) = words.split_at(words.len() - 1);
        let value = |option: &str| {
            let at = options.iter().position(|word| word == option);
            at.map(|at| options[at + 1].clone())
        };
        let address = value("--address").map(|address| format!(" :address \"{address}\""));
        self.forms.push(format!(
            "(clack:clackup #p\"{}\" :server :{}{} :port {})",
            file[0],
            value("--server").expect("the tests name one"),
            address.unwrap_or_default(),
            value("--port").expect("the tests name one"),
        ));
        self
    }

    fn text(&mut self, text: &str) {
        for tree in read_trees(text).expect("SBCL would read it") {
            self.form(&tree, text);
        }
    }

    fn file(&mut self, name: &str) {
        if SETUPS.iter().all(|setup| !name.ends_with(setup)) {
            let name = Path::new(name).file_name().expect("a file");
            self.files.push(name.to_str().expect("UTF-8").to_owned());
        }
    }

    fn form(&mut self, form: &Tree, text: &str) {
        let operator = form.operator().unwrap_or_default();
        let rest = form.items().get(1..).unwrap_or_default();
        match operator.as_str() {
            "progn" | "cl:progn" => rest.iter().for_each(|form| self.form(form, text)),
            "load" => self.file(rest[0].string().expect("the name of a file")),
            "in-package" => self.package = rest[0].designator(),
            "swank:create-server" | "lisplaunch:start-swank" => {
                let port = form.keyword("PORT").map_or("4005", |port| port.text(text));
                self.swank = Some(port.to_owned());
            }
            loader if LOADERS.contains(&loader) => self.loaded(rest),
            other if KEPT_OTHERWISE.contains(&other) || other.starts_with("lisplaunch:") => {}
            _ => self.forms.push(form.text(text).to_owned()),
        }
    }

    fn loaded(&mut self, arguments: &[Tree]) {
        let operation = arguments[0]
            .designator()
            .is_some_and(|name| name == "load-op");
        let systems = &arguments[usize::from(operation)];
        let systems = match &systems.kind {
            TreeKind::Quote(list) => list.as_ref(),
            _ => systems,
        };
        let systems = match systems.items() {
            [] => std::slice::from_ref(systems),
            [first, rest @ ..] if first.symbol() == Some("LIST") => rest,
            all => all,
        };
        let names = systems
            .iter()
            .map(|system| system.designator().expect("a name"));
        let own = |name: &String| name != "asdf" && name != "swank";
        self.systems.extend(names.filter(own));
    }
}
