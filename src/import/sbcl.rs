//! The command line of sbcl, read by its own rules.

use super::forms::FormImport;
use super::note::Note;
use crate::plan::sbcl_option::{self, Permission, Side};

impl FormImport<'_> {
    /// Takes the words after the program.
    pub(super) fn sbcl(&mut self, words: &[String]) {
        let mut words = words.iter();
        let mut side = Side::Runtime;
        let mut debugger = true;
        while let Some(word) = words.next() {
            let name = self.marks.resolved(word);
            match name.as_str() {
                "--end-runtime-options" => side = Side::Toplevel,
                "--end-toplevel-options" => {
                    self.draft.arguments.extend(words.by_ref().cloned());
                }
                "--script" => {
                    debugger = false;
                    self.script(words.by_ref());
                }
                "--disable-debugger" => debugger = false,
                "--quit" | "--non-interactive" => {
                    self.purpose(format!("`{name}` is dropped: the process stays"));
                    // It turns the debugger off as well.
                    debugger &= name == "--quit";
                }
                _ => match sbcl_option::find(&name) {
                    Some(option) => {
                        if option.side == Side::Toplevel {
                            side = Side::Toplevel;
                        } else if side == Side::Toplevel {
                            let text = format!("`{name}` comes too late: sbcl reads it first only");
                            self.draft.note(Note::look(self.line, text));
                        }
                        let value = option.takes_value.then(|| words.next()).flatten();
                        self.option(&name, option.verdict, value);
                    }
                    None => {
                        self.user_options(word, words.by_ref());
                    }
                },
            }
        }
        if debugger {
            self.purpose("`--disable-debugger` is added: an error ends the process");
        }
    }

    /// sbcl gives up on its own options at the first one that it does not know.
    fn user_options<'w>(&mut self, word: &str, words: impl Iterator<Item = &'w String>) {
        let rest: Vec<String> = words.cloned().collect();
        if rest.iter().any(|word| word == "--eval" || word == "--load") {
            let shown = self.marks.shown(word);
            let text = format!("sbcl does not know `{shown}`, and ignores all that follows it");
            self.draft.note(Note::look(self.line, text));
        }
        self.draft.arguments.push(word.to_owned());
        self.draft.arguments.extend(rest);
    }

    fn script<'w>(&mut self, mut words: impl Iterator<Item = &'w String>) {
        self.draft.set_sbcl("sysinit", "false");
        self.draft.set_sbcl("userinit", "false");
        if let Some(file) = words.next() {
            self.load(file);
            self.look_into(file);
        }
        self.draft.arguments.extend(words.cloned());
        self.purpose("the process stays when the script has ended");
    }

    /// What a file loads and starts is not known here.
    fn look_into(&mut self, file: &str) {
        let file = self.marks.shown(file);
        let text = format!(
            "`{file}` is loaded as it is; `lisplaunch import {file}` takes it apart where it only loads and starts"
        );
        self.draft.note(Note::look(self.line, text));
    }

    fn option(&mut self, name: &str, verdict: Permission, value: Option<&String>) {
        let text = value.cloned().unwrap_or_default();
        match (name, verdict) {
            ("--eval", _) => self.read(&text),
            ("--load", _) => {
                let before = self.draft.load.len() + self.draft.start.len();
                self.load(&text);
                if self.draft.load.len() + self.draft.start.len() > before
                    && self.draft.systems.is_empty()
                {
                    self.look_into(&text);
                }
            }
            ("--no-sysinit", _) => self.draft.set_sbcl("sysinit", "false"),
            ("--no-userinit", _) => self.draft.set_sbcl("userinit", "false"),
            ("--no-merge-core-pages", _) => self.draft.set_sbcl("merge-core-pages", "false"),
            (_, Permission::Key(key)) => {
                let key = key.strip_prefix("sbcl.").unwrap_or(key);
                let value = value.map_or("true".to_owned(), Clone::clone);
                self.draft.set_sbcl(key, value);
            }
            (_, Permission::Allowed) => {
                let side = sbcl_option::find(name).map(|option| option.side);
                let options = match side {
                    Some(Side::Runtime) => &mut self.draft.runtime_options,
                    _ => &mut self.draft.toplevel_options,
                };
                options.push(name.to_owned());
                options.extend(value.cloned());
            }
            (_, Permission::Always) => {}
            (_, Permission::Refused(reason)) => {
                let text = format!("`{name}`: {reason}");
                self.draft.note(Note::not_taken(self.line, text));
            }
        }
    }
}
