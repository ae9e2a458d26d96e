//! What a `$` or a backtick in shell text stands for.

use super::words::{ShellLexer, Values};
use crate::import::marks::{UNKNOWN, VariableMarks};
use crate::project::reference::is_name_byte;

/// Substitutions within each other.
const DEEPEST: usize = 16;

impl<'a> ShellLexer<'a> {
    /// What a `$` or a backtick stands for.
    pub(super) fn expansion(&mut self, values: &mut Values, marks: &mut VariableMarks) -> String {
        if self.rest.starts_with('`') {
            self.bump('`');
            return substituted(self.until('`'), marks);
        }
        self.bump('$');
        let rest = self.rest;
        if rest.starts_with("((") {
            self.matching();
            return UNKNOWN.to_string();
        }
        match rest.chars().next() {
            Some('(') => substituted(self.matching(), marks),
            Some('{') => {
                let inner = self.braces();
                self.parameter(inner, values, marks)
            }
            // `$'…'` and `$"…"` are quotes of bash.
            Some('\'' | '"') => String::new(),
            Some(c) if c.is_ascii_digit() || "@*#?$!-".contains(c) => {
                self.bump(c);
                UNKNOWN.to_string()
            }
            _ => {
                let end = rest.bytes().position(|byte| !is_name_byte(byte));
                let name = &rest[..end.unwrap_or(rest.len())];
                self.rest = &rest[name.len()..];
                match name {
                    "" => "$".to_owned(),
                    name => value(name, None, values, marks),
                }
            }
        }
    }

    /// The text within parentheses that begin here.
    fn matching(&mut self) -> &'a str {
        let mut level = 0_usize;
        let mut quote = None;
        let text = self.rest;
        let mut end = text.len();
        for (at, c) in text.char_indices() {
            match (quote, c) {
                (Some(open), c) if c == open => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(c),
                (None, '(') => level += 1,
                (None, ')') => {
                    level -= 1;
                    if level == 0 {
                        end = at + 1;
                        break;
                    }
                }
                _ => {}
            }
        }
        self.line += text[..end].matches('\n').count();
        self.rest = &text[end..];
        text[..end].trim_start_matches('(').trim_end_matches(')')
    }

    /// The text within braces that begin here.
    fn braces(&mut self) -> &'a str {
        let text = self.rest;
        let mut level = 0_usize;
        let end = text.char_indices().find(|(_, c)| {
            level = match c {
                '{' => level + 1,
                '}' => level - 1,
                _ => level,
            };
            level == 0
        });
        let end = end.map_or(text.len(), |(at, _)| at);
        self.rest = text[end..].strip_prefix('}').unwrap_or("");
        self.line += text[..end].matches('\n').count();
        text[..end].strip_prefix('{').unwrap_or("")
    }

    /// `NAME`, `NAME:-default` and what else is between braces.
    fn parameter(&mut self, inner: &str, values: &mut Values, marks: &mut VariableMarks) -> String {
        let end = inner.bytes().position(|byte| !is_name_byte(byte));
        let (name, rest) = inner.split_at(end.unwrap_or(inner.len()));
        let operator = rest.trim_start_matches(':');
        let word = operator.get(1..).unwrap_or_default();
        match operator.chars().next() {
            None => value(name, None, values, marks),
            Some(kind @ ('-' | '=')) if self.depth < DEEPEST => {
                let mut lexer = ShellLexer::new(word);
                lexer.depth = self.depth + 1;
                let mut default = String::new();
                lexer.unquoted(&mut default, values, marks);
                let value = value(name, Some(&default), values, marks);
                if kind == '=' {
                    values.insert(name.to_owned(), value.clone());
                }
                value
            }
            Some('?') => value(name, None, values, marks),
            Some('[') => substituted(name, marks),
            _ => UNKNOWN.to_string(),
        }
    }

    /// All of the text as one word whose blanks are kept.
    fn unquoted(&mut self, word: &mut String, values: &mut Values, marks: &mut VariableMarks) {
        while let Some(c) = self.rest.chars().next() {
            match c {
                '\'' => {
                    self.bump(c);
                    *word += self.until('\'');
                }
                '"' => {
                    self.bump(c);
                    self.double_quoted(word, values, marks);
                }
                '$' | '`' => *word += &self.expansion(values, marks),
                c => {
                    self.bump(c);
                    word.push(c);
                }
            }
        }
    }
}

/// What a variable of a script is: its value, or a variable of the environment.
fn value(name: &str, default: Option<&str>, values: &Values, marks: &mut VariableMarks) -> String {
    match (values.get(name), name) {
        (Some(value), _) => marks.afford(value),
        (None, "PWD") => ".".to_owned(),
        (None, "BASH_SOURCE") => substituted("BASH_SOURCE", marks),
        // A parameter of the script, with what holds without it.
        (None, name) if name.bytes().all(|byte| byte.is_ascii_digit()) => {
            default.map_or(UNKNOWN.to_string(), str::to_owned)
        }
        _ => marks.mark(name, default).to_string(),
    }
}

/// What a command would print, where that can be said without running it.
pub(crate) fn substituted(command: &str, marks: &VariableMarks) -> String {
    let command = command.trim();
    let folder_of_script = command.contains("$0") || command.contains("BASH_SOURCE");
    let found = ["which ", "command -v ", "type -p "];
    let found = found
        .into_iter()
        .find_map(|prefix| command.strip_prefix(prefix));
    match (found, command) {
        (Some(program), _) if !program.contains(char::is_whitespace) => program.to_owned(),
        (_, "pwd" | "pwd -P") => ".".to_owned(),
        _ if folder_of_script => marks.here.clone(),
        _ => UNKNOWN.to_string(),
    }
}
