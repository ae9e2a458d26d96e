//! A folder with files to import, and what is expected of them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Project;

const SETUPS: [&str; 5] = [
    "~/quicklisp/setup.lisp",
    "~/.roswell/lisp/quicklisp/setup.lisp",
    "~/.local/share/ocicl/ocicl-runtime.lisp",
    ".qlot/setup.lisp",
    ".bundle-libs/bundle.lisp",
];

/// A folder of it.
pub struct Case {
    name: String,
    folder: PathBuf,
    /// The files in it by name.
    files: Vec<(String, String)>,
    starts: Vec<Start>,
}

/// Where a service of a case comes from, as its project file says it.
#[derive(Debug)]
pub struct Origin {
    /// The file.
    pub file: String,
    /// What it is there: `target`, `program`, `the command`.
    pub kind: String,
    /// What that is called, where it has a name.
    pub name: Option<String>,
    /// What the service is called, where there are several.
    pub service: Option<String>,
}

/// A line of `starts`.
enum Start {
    /// A variable of the environment.
    Set(String, String),
    /// A file or a folder that is there.
    There(String),
    /// What follows is of this service.
    Service(String),
    /// A system or a form.
    Text(String),
    /// No project file can be made.
    Nothing,
}

impl Case {
    pub fn read(folder: &Path) -> Self {
        let mut files = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(path) = folders.pop() {
            for entry in fs::read_dir(&path).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path
                    .strip_prefix(folder)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                if !name.starts_with("expected") && name != "starts" {
                    files.push((name, fs::read_to_string(&path).unwrap()));
                }
            }
        }
        files.sort();
        let starts = fs::read_to_string(folder.join("starts")).unwrap();
        Case {
            name: folder.file_name().unwrap().to_str().unwrap().to_owned(),
            folder: folder.to_owned(),
            files,
            starts: starts.lines().map(start).collect(),
        }
    }

    /// The files to import; those of variables are only there.
    fn inputs(&self) -> Vec<&str> {
        let names = self.files.iter().map(|(name, _)| name.as_str());
        names.filter(|name| !name.ends_with("env")).collect()
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The variables that it needs.
    pub fn variables(&self) -> Vec<(String, String)> {
        let variables = self.starts.iter().filter_map(|start| match start {
            Start::Set(name, value) => Some((name.clone(), value.clone())),
            _ => None,
        });
        variables.collect()
    }

    /// Where its services come from: the project file has a comment for each.
    pub fn origins(&self) -> Vec<Origin> {
        let text = fs::read_to_string(self.folder.join("expected.yaml")).unwrap();
        let mut services = self.starts.iter().filter_map(|start| match start {
            Start::Service(name) => Some(name.clone()),
            _ => None,
        });
        let comments = text.lines().filter_map(|line| {
            let (file, rest) = line.trim().strip_prefix("# ")?.split_once(", line ")?;
            let (_, what) = rest.split_once(": ")?;
            let (kind, name) = match what.split_once(" `") {
                Some((kind, name)) => (kind, Some(name.strip_suffix('`')?.to_owned())),
                None => (what, None),
            };
            Some((file.to_owned(), kind.to_owned(), name))
        });
        let origins = comments.map(|(file, kind, name)| Origin {
            file,
            kind,
            name,
            service: services.next(),
        });
        origins.collect()
    }

    /// A machine with the project file that is made of it.
    pub fn imported(&self) -> Project {
        let project = self.project();
        let arguments = [vec!["import"], self.inputs(), vec!["-o", "lisplaunch.yaml"]].concat();
        project.run(&arguments).success();
        project
    }

    /// The files to import with their texts.
    pub fn into_files(self) -> Vec<(String, String)> {
        self.files
    }

    /// A machine that has what the files need.
    fn project(&self) -> Project {
        let mut project = Project::empty();
        for file in SETUPS {
            project = project.with_file(file, "");
        }
        for start in &self.starts {
            match start {
                Start::Set(name, value) => project = project.with_variable(name, value),
                Start::There(file) => project = project.with_file(file, ""),
                _ => {}
            }
        }
        for (name, text) in &self.files {
            let text = text.replace("/srv/app", project.folder().to_str().unwrap());
            let text = text.replace("/home/me", project.home().to_str().unwrap());
            project = project.with_file(name, text);
        }
        project
    }

    /// Imports the files and compares what comes out; `INSTA_UPDATE=always` accepts it.
    pub fn compare(&self) {
        let project = self.project();
        let arguments = [vec!["import"], self.inputs()].concat();
        let outcome = project.run(&arguments);
        for (file, text) in [
            ("expected.yaml", &outcome.stdout),
            ("expected.notes", &outcome.stderr),
        ] {
            let file = self.folder.join(file);
            if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
                fs::write(&file, text).unwrap();
            }
            let expected = fs::read_to_string(&file).unwrap_or_default();
            assert_eq!(*text, expected, "{}", self.name);
        }
    }

    /// Lets `check` judge the project file, and looks for what it starts in its command lines.
    pub fn try_out(&self) -> Result<(), String> {
        let project = self.project();
        let arguments = [vec!["import"], self.inputs(), vec!["-o", "lisplaunch.yaml"]].concat();
        let imported = project.run(&arguments);
        let failed = |why: &str| Err(format!("{}: {why}", self.name));
        if imported.code != Some(0) {
            let expected = matches!(self.starts.as_slice(), [Start::Nothing]);
            assert!(expected, "{}: {}", self.name, imported.stderr);
            return failed("no project file");
        }
        let check = project.run(&["check"]);
        if check.code != Some(0) {
            return failed(&check.stderr);
        }
        let mut argv = Vec::new();
        for start in &self.starts {
            match start {
                Start::Service(name) => argv = words(&project, Some(name)),
                Start::Text(text) => {
                    if argv.is_empty() {
                        argv = words(&project, None);
                    }
                    let Some(at) = argv.iter().position(|word| word.contains(text)) else {
                        return failed(&format!("`{text}` is not in {argv:?}"));
                    };
                    // What follows comes later, if in the same word.
                    argv.drain(..at);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The command line of a service.
pub fn words(project: &Project, service: Option<&str>) -> Vec<String> {
    let mut arguments = vec!["argv", "--format", "json"];
    arguments.extend(service);
    let words = project.run(&arguments).success();
    serde_json::from_str(&words).unwrap()
}

fn start(line: &str) -> Start {
    let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
    match kind {
        "set" => {
            let (name, value) = rest.split_once('=').unwrap();
            Start::Set(name.to_owned(), value.to_owned())
        }
        "file" => Start::There(rest.to_owned()),
        "folder" => Start::There(format!("{rest}/.keep")),
        "service" => Start::Service(rest.to_owned()),
        "load" => Start::Text(format!(
            "{})",
            lisplaunch::lisp::print::system_designator(rest)
        )),
        "form" => Start::Text(rest.to_owned()),
        "nothing" => Start::Nothing,
        _ => panic!("`{line}` is not known"),
    }
}
