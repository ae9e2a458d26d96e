//! Roswell: the command line of `ros`, and its scripts.

use super::command;
use super::draft::Draft;
use super::forms::FormImport;
use super::marks::VariableMarks;
use super::note::Note;

/// Options of `ros` that take the next word.
const VALUED: [&str; 28] = [
    "-l",
    "--load",
    "-s",
    "--system",
    "--load-system",
    "-p",
    "--package",
    "-sp",
    "--system-package",
    "-e",
    "--eval",
    "-r",
    "--restart",
    "-E",
    "--entry",
    "-i",
    "--init",
    "-L",
    "--lisp",
    "-m",
    "--image",
    "-S",
    "--source-registry",
    "-w",
    "--wrap",
    "-F",
    "--final",
    "-ip",
];

impl FormImport<'_> {
    /// Takes the words after `ros`.
    pub(super) fn ros(&mut self, words: &[String]) {
        self.draft.loader = Some("roswell");
        self.used.quicklisp = true;
        self.purpose("`sbcl` of the PATH runs it, not the one that Roswell installed");
        let mut words = words;
        while let Some((word, rest)) = words.split_first() {
            words = rest;
            match word.as_str() {
                // What follows is for the implementation.
                "--" => return self.sbcl(rest),
                "run" => {}
                "exec" => return self.exec(rest),
                option if VALUED.contains(&option) => {
                    let (value, rest) = match rest.split_first() {
                        Some((value, rest)) => (value.clone(), rest),
                        None => return,
                    };
                    words = rest;
                    self.ros_option(option, &value);
                }
                option if option.starts_with(['-', '+']) => {}
                setting if setting.contains('=') => {
                    if let Some(size) = setting.strip_prefix("dynamic-space-size=") {
                        self.draft
                            .set_sbcl("dynamic-space-size", size.to_uppercase());
                    } else {
                        let text = format!("`{}`", self.marks.shown(setting));
                        self.draft.note(Note::not_taken(self.line, text));
                    }
                }
                script => {
                    let text = self.marks.shown(script);
                    let text = format!("`ros {text}`: import `{text}` itself");
                    return self.draft.note(Note::not_taken(self.line, text));
                }
            }
        }
        self.purpose("`--disable-debugger` is added: an error ends the process");
    }

    fn ros_option(&mut self, option: &str, value: &str) {
        match option {
            "-l" | "--load" => self.load(value),
            "-s" | "--system" | "--load-system" | "-sp" | "--system-package" => {
                let name = value.to_owned();
                if !self.draft.systems.contains(&name) {
                    self.draft.systems.push(name);
                }
                if option.contains('p') && option.len() < 4 || option.ends_with("package") {
                    self.draft.package = Some(value.to_owned());
                }
            }
            "-p" | "--package" => self.draft.package = Some(value.to_owned()),
            "-e" | "--eval" | "-i" | "--init" | "-F" | "--final" => self.read(value),
            "-r" | "--restart" | "-E" | "--entry" => {
                let form = if value.starts_with('(') {
                    value.to_owned()
                } else {
                    format!("({value})")
                };
                self.read(&form);
            }
            "-S" | "--source-registry" => self.registry(value),
            _ => {
                let text = format!("`{option} {}`", self.marks.shown(value));
                self.draft.note(Note::not_taken(self.line, text));
            }
        }
    }

    fn exec(&mut self, words: &[String]) {
        self.command(words);
    }
}

/// Reads a script of Roswell: its forms, `main` without arguments.
pub(super) fn read(text: &str, marks: &mut VariableMarks) -> Draft {
    let mut draft = Draft {
        line: 1,
        loader: Some("roswell"),
        ..Draft::default()
    };
    let lines: Vec<&str> = text.lines().collect();
    // What the shell reads is a comment to Lisp, but for the first line.
    let shebangs = lines
        .iter()
        .take_while(|line| line.starts_with("#!"))
        .count();
    let body = lines[shebangs..].join("\n");
    let exec = lines
        .iter()
        .find(|line| line.trim_start().starts_with("exec "));
    let mut forms = FormImport::new(&mut draft, marks, 1);
    forms.roswell = true;
    forms.used.quicklisp = true;
    if let Some(size) = exec.and_then(|line| line.split("dynamic-space-size=").nth(1)) {
        let size = size.split_whitespace().next().unwrap_or_default();
        forms
            .draft
            .set_sbcl("dynamic-space-size", size.to_uppercase());
    }
    forms.purpose("`sbcl` of the PATH runs it, not the one that Roswell installed");
    forms.purpose("`--disable-debugger` is added: an error ends the process");
    forms.read_file(&body, shebangs + 1);
    let used = forms.used;
    command::finish(&mut draft, used, marks);
    draft
}
