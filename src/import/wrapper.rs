//! Programs that run another one: what they say is taken over, and they are taken off.

use super::found::Settings;
use super::marks::VariableMarks;
use super::note::Note;
use super::program::{base_name, is_script};

/// What is left of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Inner {
    /// Its words.
    Command(Vec<String>),
    /// A line for a shell.
    Script(String),
}

/// A command on its way to what it runs.
pub(super) struct Wrapped<'a> {
    /// How it is run so far.
    pub settings: &'a mut Settings,
    /// What to know of it so far.
    pub notes: &'a mut Vec<Note>,
    /// The variables of the file.
    pub marks: &'a VariableMarks,
    /// The number of its line.
    pub line: usize,
}

/// Programs that run the rest of their words and are not needed here, with their options that
/// take a value.
const PLAIN: [(&str, &str); 17] = [
    ("exec", "a"),
    ("command", ""),
    ("builtin", ""),
    ("time", ""),
    ("setsid", ""),
    ("nohup", ""),
    ("rlwrap", "bCDfgHlMPqsStwz"),
    ("stdbuf", "ioe"),
    ("unbuffer", ""),
    ("tini", "pe"),
    ("dumb-init", "r"),
    ("catatonit", ""),
    ("authbind", ""),
    ("xvfb-run", "s"),
    ("foreground", ""),
    ("timeout", "ks"),
    ("ionice", "cn"),
];

/// Programs that run the rest of their words as the user that the first one names.
const AS_USER: [&str; 4] = ["gosu", "su-exec", "setuidgid", "s6-setuidgid"];

impl Wrapped<'_> {
    /// The command within.
    pub(super) fn unwrap(&mut self, mut words: Vec<String>) -> Inner {
        loop {
            let Some(first) = words.first() else {
                return Inner::Command(words);
            };
            let resolved = self.marks.resolved(first);
            let name = base_name(&resolved);
            if name == "command" && words.get(1).is_some_and(|word| word == "-v") {
                return Inner::Command(words);
            }
            if let Some((_, valued)) = PLAIN.iter().find(|(known, _)| *known == name) {
                if !matches!(name, "exec" | "command" | "builtin" | "time" | "rlwrap") {
                    let text = format!("`{name}` is dropped: the process stays by itself");
                    self.notes.push(Note::on_purpose(self.line, text));
                }
                let mut rest = after_options(&words[1..], valued);
                if name == "timeout" {
                    rest = rest.get(1..).unwrap_or_default();
                }
                words = rest.to_vec();
                continue;
            }
            words = match name {
                "env" => self.env(&words[1..]),
                "sudo" | "doas" => self.sudo(&words[1..]),
                "nice" => self.nice(&words[1..]),
                "chpst" => self.chpst(&words[1..]),
                name if AS_USER.contains(&name) => {
                    self.settings.user = words.get(1).cloned();
                    words.get(2..).unwrap_or_default().to_vec()
                }
                "su" | "runuser" => match self.su(&words[1..]) {
                    Inner::Command(words) => words,
                    script @ Inner::Script(_) => return script,
                },
                "sh" | "bash" | "dash" | "zsh" | "ash" | "ksh" => match shell(&words[1..]) {
                    Some(Inner::Command(words)) => words,
                    Some(script) => return script,
                    None => return Inner::Command(words),
                },
                "screen" => match self.screen(&words[1..]) {
                    Some(words) => words,
                    None => return Inner::Command(words),
                },
                "tmux" => match self.tmux(&words[1..]) {
                    Some(inner) => return inner,
                    None => return Inner::Command(words),
                },
                _ => return Inner::Command(words),
            };
        }
    }

    fn env(&mut self, words: &[String]) -> Vec<String> {
        let mut words = words;
        while let Some(word) = words.first() {
            match word.split_once('=') {
                _ if word == "-u" || word == "-C" => words = words.get(2..).unwrap_or_default(),
                Some((name, value)) if !word.starts_with('-') => {
                    self.settings.set_env(name, value);
                    words = &words[1..];
                }
                _ if word.starts_with('-') => words = &words[1..],
                _ => break,
            }
        }
        words.to_vec()
    }

    fn sudo(&mut self, words: &[String]) -> Vec<String> {
        let mut words = words;
        while let Some(word) = words.first().filter(|word| word.starts_with('-')) {
            match word.as_str() {
                "-u" | "--user" => {
                    self.settings.user = words.get(1).cloned();
                    words = words.get(2..).unwrap_or_default();
                }
                "-g" | "-C" | "-D" | "-h" | "-p" => words = words.get(2..).unwrap_or_default(),
                word => {
                    if let Some(user) = word.strip_prefix("--user=") {
                        self.settings.user = Some(user.to_owned());
                    }
                    words = &words[1..];
                }
            }
        }
        self.env(words)
    }

    fn nice(&mut self, words: &[String]) -> Vec<String> {
        let text = "`nice`: set the priority of the process where its manager is set up";
        self.notes.push(Note::not_taken(self.line, text));
        let rest = after_options(words, "n");
        rest.to_vec()
    }

    fn chpst(&mut self, words: &[String]) -> Vec<String> {
        let mut words = words;
        while let Some(word) = words.first().filter(|word| word.starts_with('-')) {
            let value = words.get(1).cloned();
            match (word.as_str(), value) {
                ("-u" | "-U", user) => self.settings.user = user,
                ("-o", Some(files)) => self.settings.limits.push(("open-files", files)),
                ("-P" | "-0" | "-1" | "-2" | "-v", _) => {
                    words = &words[1..];
                    continue;
                }
                _ => {
                    let text = format!("`chpst {word}`");
                    self.notes.push(Note::not_taken(self.line, text));
                }
            }
            words = words.get(2..).unwrap_or_default();
        }
        words.to_vec()
    }

    /// `su USER -c LINE`, `runuser -u USER -- COMMAND`.
    fn su(&mut self, words: &[String]) -> Inner {
        let mut words = words;
        let mut line = None;
        while let Some(word) = words.first() {
            match word.as_str() {
                "-c" | "--command" => {
                    line = words.get(1).cloned();
                    words = words.get(2..).unwrap_or_default();
                }
                "-u" | "--user" => {
                    self.settings.user = words.get(1).cloned();
                    words = words.get(2..).unwrap_or_default();
                }
                "-s" | "--shell" | "-g" => words = words.get(2..).unwrap_or_default(),
                "--" => {
                    words = &words[1..];
                    break;
                }
                word if word.starts_with('-') => words = &words[1..],
                user if self.settings.user.is_none() => {
                    self.settings.user = Some(user.to_owned());
                    words = &words[1..];
                }
                _ => break,
            }
        }
        match line {
            Some(line) => Inner::Script(line),
            None => Inner::Command(words.to_vec()),
        }
    }

    /// `screen -dmS NAME COMMAND`
    fn screen(&mut self, words: &[String]) -> Option<Vec<String>> {
        let rest = after_options(words, "ScehpstT");
        let starts = words
            .iter()
            .any(|word| word.starts_with("-d") || word == "-m");
        if !starts || rest.is_empty() {
            return None;
        }
        self.session("screen");
        Some(rest.to_vec())
    }

    /// `tmux new-session -d -s NAME COMMAND`, `tmux send-keys -t NAME LINE Enter`.
    fn tmux(&mut self, words: &[String]) -> Option<Inner> {
        let words = after_options(words, "fLS");
        let (command, words) = words.split_first()?;
        let found = match command.as_str() {
            "new" | "new-session" | "neww" | "new-window" => {
                let folder = words.iter().position(|word| word == "-c");
                if let Some(folder) = folder.and_then(|at| words.get(at + 1)) {
                    self.settings.change_directory(folder);
                }
                let rest = after_options(words, "cefFnstxy");
                match rest {
                    [] => return None,
                    [line] => Inner::Script(line.clone()),
                    words => Inner::Command(words.to_vec()),
                }
            }
            "send" | "send-keys" => {
                let rest = after_options(words, "tN");
                let keys = ["Enter", "C-m", "ENTER", "C-j"];
                let typed = rest.iter().filter(|word| !keys.contains(&word.as_str()));
                let typed: Vec<&str> = typed.map(String::as_str).collect();
                Inner::Script(typed.join(" "))
            }
            _ => return None,
        };
        self.session("tmux");
        Some(found)
    }

    fn session(&mut self, program: &str) {
        let text = format!(
            "the session of `{program}` is dropped: `lisplaunch tmux start` keeps a service in one"
        );
        self.notes.push(Note::on_purpose(self.line, text));
    }
}

/// `sh -c LINE`, `sh FILE`.
fn shell(words: &[String]) -> Option<Inner> {
    let mut words = words;
    while let Some(word) = words.first().filter(|word| word.starts_with(['-', '+'])) {
        words = &words[1..];
        if word.starts_with('-') && !word.starts_with("--") && word.ends_with('c') {
            return words.first().map(|line| Inner::Script(line.clone()));
        }
        if word == "-o" || word == "+o" {
            words = words.get(1..).unwrap_or_default();
        }
    }
    let script = words.first()?;
    is_script(script).then(|| Inner::Command(words.to_vec()))
}

/// What follows the options of a program; the letters in `valued` take the next word.
fn after_options<'w>(words: &'w [String], valued: &str) -> &'w [String] {
    let mut words = words;
    while let Some(word) = words
        .first()
        .filter(|word| word.len() > 1 && word.starts_with('-'))
    {
        words = &words[1..];
        if word == "--" {
            break;
        }
        // Several letters may be together, the last one with its value.
        let last = word.chars().next_back().unwrap_or('-');
        let alone = word.len() == 2
            || !word.starts_with("--") && word.chars().all(|c| c == '-' || c.is_ascii_alphabetic());
        if alone && !word.starts_with("--") && valued.contains(last) {
            words = words.get(1..).unwrap_or_default();
        }
    }
    words
}
