//! From a command that was found to a service.

use super::draft::Draft;
use super::forms::{FormImport, Used};
use super::found::FoundCommand;
use super::marks::{UNKNOWN, VariableMarks};
use super::note::Note;
use super::path;
use super::program::{LispProgram, base_name};
use crate::plan::quantity::{self, Bytes, Seconds, Umask};

/// What marks a command that makes something and serves nothing.
const MAKES: [&str; 14] = [
    "asdf:test-system",
    "test-op",
    "asdf:make",
    "program-op",
    "save-lisp-and-die",
    "asdf:compile-system",
    "compile-file",
    "ql:update",
    "fiveam:run",
    "rove:run",
    "parachute:test",
    "deploy:",
    "ql-dist:",
    "qlot:install",
];

impl FormImport<'_> {
    /// Takes the words of a command, its program first.
    pub(super) fn command(&mut self, words: &[String]) {
        let Some((program, rest)) = words.split_first() else {
            return;
        };
        let resolved = self.marks.resolved(program);
        if base_name(&resolved) == "qlot" {
            self.command(rest.get(1..).unwrap_or_default());
            let setup = self.draft.setup.take();
            self.draft.loader = Some("qlot");
            // It is the working directory's.
            let elsewhere = self.draft.settings.directory.is_some();
            self.draft.setup = elsewhere.then(|| ".qlot/setup.lisp".to_owned());
            self.used.quicklisp = true;
            if setup.is_some() {
                self.purpose("the project's own Quicklisp is loaded alone: `.qlot/setup.lisp`");
            }
            return;
        }
        match LispProgram::of(&resolved) {
            LispProgram::Sbcl => {
                if resolved != "sbcl" || *program != resolved {
                    self.draft.set_sbcl("program", program.clone());
                }
                self.sbcl(rest);
            }
            LispProgram::Roswell => self.ros(rest),
            LispProgram::Clackup => self.clackup(rest),
            _ => {
                let text = self.marks.shown(&words.join(" "));
                let text = format!("`{}`", crate::problem::shown(&text));
                self.draft.note(Note::not_taken(self.line, text));
            }
        }
    }
}

/// The service that a command starts.
pub(super) fn draft(found: FoundCommand, marks: &mut VariableMarks) -> Draft {
    let mut draft = Draft {
        name: found.name,
        place: found.place,
        line: found.line,
        settings: found.settings,
        notes: found.notes,
        ..Draft::default()
    };
    let makes = MAKES.iter().find(|mark| {
        let mut words = found.words.iter().chain(&found.input);
        words.any(|word| word.contains(**mark))
    });
    if let Some(mark) = makes {
        let text = format!(
            "{}: `{mark}` makes something and serves nothing",
            described(&draft)
        );
        draft.note(Note::not_taken(found.line, text));
        return draft;
    }
    let mut forms = FormImport::new(&mut draft, marks, found.line);
    forms.command(&found.words);
    if let Some(input) = found.input {
        forms.read(&input);
    }
    let used = forms.used;
    finish(&mut draft, used, marks);
    draft
}

fn described(draft: &Draft) -> String {
    match draft.place.as_str() {
        "" => "the command".to_owned(),
        place => place.to_owned(),
    }
}

/// What is known only once all of it was read.
pub(super) fn finish(draft: &mut Draft, used: Used, marks: &VariableMarks) {
    choose_loader(draft, used);
    if !draft.runs() {
        draft.start = std::mem::take(&mut draft.before_load);
    }
    let served = draft
        .swank
        .as_ref()
        .is_some_and(|swank| swank.port.is_some());
    if served {
        draft.systems.retain(|system| system != "swank");
    } else if draft.swank.take().is_some() {
        let text = "the interface of swank, which has no server here";
        draft.note(Note::not_taken(draft.line, text));
    }
    if served && draft.loader == Some("none") {
        draft.loader = Some("asdf");
    }
    // Arguments that the script passes on are given to `run`.
    if draft.arguments.iter().any(|word| word.contains(UNKNOWN)) {
        draft.arguments.retain(|word| !word.contains(UNKNOWN));
        let text = "arguments that are passed on: `lisplaunch run -- ARGS`";
        draft.note(Note::not_taken(draft.line, text));
    }
    drop_unknown(draft, marks);
    drop_invalid(draft, marks);
    resolve_paths(draft, marks);
}

/// What the project file has no such value for.
fn drop_invalid(draft: &mut Draft, marks: &VariableMarks) {
    let line = draft.line;
    let mut notes = Vec::new();
    let mut keep = |key: &str, text: &String, expected: Result<(), String>| {
        if let Err(expected) = &expected {
            let shown = crate::problem::shown(&marks.shown(text));
            notes.push(Note::not_taken(
                line,
                format!("`{key}` {shown}: not {expected}"),
            ));
        }
        expected.is_ok()
    };
    let settings = &mut draft.settings;
    let seconds = |text: &String| Seconds::parse(text).map(drop);
    let start = settings.start_timeout.take();
    settings.start_timeout = start.filter(|text| keep("start-timeout", text, seconds(text)));
    let stop = settings.stop_timeout.take();
    settings.stop_timeout = stop.filter(|text| keep("stop-timeout", text, seconds(text)));
    let umask = settings.umask.take();
    settings.umask = umask.filter(|text| keep("umask", text, Umask::parse(text).map(drop)));
    settings.limits.retain(|(key, text)| {
        let expected = match *key {
            "memory" => Bytes::parse(text).map(drop),
            "cpus" => text
                .parse::<f64>()
                .map(drop)
                .map_err(|_| "a number".to_owned()),
            _ => quantity::number(text, 1..=1 << 30).map(drop),
        };
        keep(key, text, expected)
    });
    draft.sbcl.retain(|(key, text)| {
        let size = key.ends_with("-size");
        !size
            || keep(
                key,
                text,
                quantity::sbcl_size(&marks.resolved(text)).map(drop),
            )
    });
    draft.notes.extend(notes);
}

fn choose_loader(draft: &mut Draft, used: Used) {
    let loader = match draft.loader {
        Some(loader) => loader,
        None if used.quicklisp => {
            let text =
                "Quicklisp is loaded from `~/quicklisp/setup.lisp`, whatever `~/.sbclrc` does";
            draft.note(Note::on_purpose(draft.line, text));
            "quicklisp"
        }
        None if used.asdf || !draft.systems.is_empty() || !draft.registry.is_empty() => "asdf",
        None => "none",
    };
    let quickloads = ["quicklisp", "qlot", "roswell"].contains(&loader);
    if quickloads && used.asdf && !used.quicklisp && !draft.systems.is_empty() {
        let text = "`ql:quickload` loads the systems: it installs what is missing";
        draft.note(Note::on_purpose(draft.line, text));
    }
    draft.loader = Some(loader);
}

/// What only a run would know cannot be in a project file.
fn drop_unknown(draft: &mut Draft, marks: &VariableMarks) {
    let line = draft.line;
    let mut notes = Vec::new();
    let mut keep = |key: &str, text: &String| {
        let known = !text.contains(UNKNOWN);
        if !known {
            let shown = crate::problem::shown(&marks.shown(text));
            notes.push(Note::not_taken(
                line,
                format!("{key} `{shown}`: only a run would know it"),
            ));
        }
        known
    };
    let settings = &mut draft.settings;
    settings
        .env
        .retain(|(name, value)| keep("`env`", &format!("{name}={value}")));
    settings.directory = settings
        .directory
        .take()
        .filter(|text| keep("`directory`", text));
    settings.log = settings.log.take().filter(|text| keep("`log`", text));
    settings.user = settings.user.take().filter(|text| keep("`user`", text));
    draft.setup = draft.setup.take().filter(|text| keep("`setup`", text));
    for (key, list) in [
        ("`registry`", &mut draft.registry),
        ("`before-load`", &mut draft.before_load),
        ("`load`", &mut draft.load),
        ("`start`", &mut draft.start),
        ("`stop`", &mut draft.stop),
        ("`arguments`", &mut draft.arguments),
    ] {
        list.retain(|text| keep(key, text));
    }
    draft.sbcl.retain(|(key, text)| keep(key, text));
    draft.notes.extend(notes);
}

/// Relative paths are those of the folder in which the command ran.
fn resolve_paths(draft: &mut Draft, marks: &VariableMarks) {
    let directory = draft.settings.directory.clone();
    let within = |path: &mut String| *path = path::within(path, directory.as_deref(), marks);
    draft.registry.iter_mut().for_each(within);
    draft.load.iter_mut().for_each(within);
    draft.setup.iter_mut().for_each(within);
    draft.settings.log.iter_mut().for_each(within);
    draft
        .settings
        .env_files
        .iter_mut()
        .for_each(|(file, _)| within(file));
    for (key, value) in &mut draft.sbcl {
        if *key == "program" && value.contains('/') {
            within(value);
        }
    }
    if let Some(at) = draft
        .runtime_options
        .iter()
        .position(|option| option == "--core")
        && let Some(core) = draft.runtime_options.get_mut(at + 1)
    {
        within(core);
    }
}
