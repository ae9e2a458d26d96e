//! Cuts shell text into words and operators, as a POSIX shell does, variables in their places.
//!
//! `src/dialect/sh.rs` is the way back.

use std::collections::BTreeMap;

use crate::import::marks::VariableMarks;

/// A word or an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShellToken {
    /// What it is.
    pub kind: TokenKind,
    /// The number of its line within the text.
    pub line: usize,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A word, and whether none of it was quoted.
    Word(String, bool),
    /// `;`, `&&`, a line's end and the like.
    Operator(&'static str),
    /// What a here-document holds.
    Document(String),
}

/// The variables that a script has set, by name.
pub(crate) type Values = BTreeMap<String, String>;

/// Operators, the longer ones first.
const OPERATORS: [&str; 19] = [
    "<<-", "<<<", "&>>", "<<", ">>", "&&", "||", ";;", "&>", ">&", "<&", ">|", ";", "&", "|", "(",
    ")", "<", ">",
];

/// Cuts one command after the other: what a variable holds may be set by the one before.
pub(crate) struct ShellLexer<'a> {
    pub(super) rest: &'a str,
    pub(super) line: usize,
    /// The ends of here-documents that begin after this line.
    documents: Vec<(String, bool)>,
    pub(super) depth: usize,
}

impl<'a> ShellLexer<'a> {
    /// At the beginning of a text.
    pub(crate) fn new(text: &'a str) -> Self {
        ShellLexer {
            rest: text,
            line: 1,
            documents: Vec::new(),
            depth: 0,
        }
    }

    /// The next token.
    pub(crate) fn next(
        &mut self,
        values: &mut Values,
        marks: &mut VariableMarks,
    ) -> Option<Vec<ShellToken>> {
        loop {
            let line = self.line;
            let c = self.rest.chars().next()?;
            match c {
                '\n' => {
                    self.bump('\n');
                    let mut tokens = vec![operator("\n", line)];
                    tokens.extend(self.document());
                    return Some(tokens);
                }
                ' ' | '\t' | '\r' => self.bump(c),
                '\\' if self.rest.starts_with("\\\n") => self.continue_line(),
                '\\' if self.rest.starts_with("\\\r\n") => {
                    self.bump('\\');
                    self.bump('\r');
                    self.bump('\n');
                }
                '#' => {
                    let end = self.rest.find('\n').unwrap_or(self.rest.len());
                    self.rest = &self.rest[end..];
                }
                _ => {
                    if let Some(found) = self.operator() {
                        if found.starts_with("<<") && found != "<<<" {
                            self.heredoc(found == "<<-");
                        }
                        return Some(vec![operator(found, line)]);
                    }
                    let words = self.word(values, marks);
                    let words = words.into_iter().map(|(text, bare)| ShellToken {
                        kind: TokenKind::Word(text, bare),
                        line,
                    });
                    return Some(words.collect());
                }
            }
        }
    }

    pub(super) fn bump(&mut self, c: char) {
        self.line += usize::from(c == '\n');
        self.rest = &self.rest[c.len_utf8()..];
    }

    fn continue_line(&mut self) {
        self.rest = &self.rest[2..];
        self.line += 1;
    }

    fn operator(&mut self) -> Option<&'static str> {
        let operator = OPERATORS.into_iter().find(|op| self.rest.starts_with(op))?;
        self.rest = &self.rest[operator.len()..];
        Some(operator)
    }

    /// Takes the end of a here-document, which begins on the next line.
    fn heredoc(&mut self, tabs: bool) {
        let rest = self.rest.trim_start_matches([' ', '\t']);
        let end = rest.find(|c: char| c.is_whitespace() || ";&|<>()".contains(c));
        let (word, rest) = rest.split_at(end.unwrap_or(rest.len()));
        self.rest = rest;
        let word = word.replace(['\'', '"', '\\'], "");
        self.documents.push((word, tabs));
    }

    /// The here-documents that begin here.
    fn document(&mut self) -> Option<ShellToken> {
        let mut text = String::new();
        let line = self.line;
        let ends = std::mem::take(&mut self.documents);
        for (end, tabs) in &ends {
            while !self.rest.is_empty() {
                let line = self.rest.split_inclusive('\n').next().unwrap_or(self.rest);
                self.rest = &self.rest[line.len()..];
                self.line += 1;
                let line = if *tabs {
                    line.trim_start_matches('\t')
                } else {
                    line
                };
                if line.trim_end() == end {
                    break;
                }
                text += line;
            }
        }
        let kind = TokenKind::Document(text);
        (!ends.is_empty()).then_some(ShellToken { kind, line })
    }

    /// A word; a variable outside quotes may make several of it, or none.
    fn word(&mut self, values: &mut Values, marks: &mut VariableMarks) -> Vec<(String, bool)> {
        let mut words = Vec::new();
        let mut word = String::new();
        let mut bare = true;
        let mut there = false;
        while let Some(c) = self.rest.chars().next() {
            match c {
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')' => break,
                '\'' => {
                    self.bump(c);
                    word += self.until('\'');
                    (bare, there) = (false, true);
                }
                '"' => {
                    self.bump(c);
                    self.double_quoted(&mut word, values, marks);
                    (bare, there) = (false, true);
                }
                '\\' if self.rest.starts_with("\\\n") => self.continue_line(),
                '\\' => {
                    self.bump(c);
                    self.character(&mut word);
                    (bare, there) = (false, true);
                }
                '$' | '`' => {
                    let value = self.expansion(values, marks);
                    // An assignment is one word whatever it is given.
                    let assigned = word.split_once('=').is_some();
                    let mut parts = value.split([' ', '\t', '\n']);
                    if assigned {
                        word += &value;
                    } else {
                        word += parts.next().unwrap_or_default();
                        for part in parts {
                            if !word.is_empty() {
                                words.push((std::mem::take(&mut word), bare));
                            }
                            part.clone_into(&mut word);
                        }
                    }
                    there |= !word.is_empty();
                }
                c => {
                    self.bump(c);
                    word.push(c);
                    there = true;
                }
            }
        }
        if there || !word.is_empty() {
            words.push((word, bare));
        }
        words
    }

    /// The text up to a quote, and past it.
    pub(super) fn until(&mut self, quote: char) -> &'a str {
        let end = self.rest.find(quote).unwrap_or(self.rest.len());
        let text = &self.rest[..end];
        self.line += text.matches('\n').count();
        self.rest = self.rest[end..].strip_prefix(quote).unwrap_or("");
        text
    }

    fn character(&mut self, word: &mut String) {
        if let Some(c) = self.rest.chars().next() {
            self.bump(c);
            word.push(c);
        }
    }

    pub(super) fn double_quoted(
        &mut self,
        word: &mut String,
        values: &mut Values,
        marks: &mut VariableMarks,
    ) {
        while let Some(c) = self.rest.chars().next() {
            match c {
                '"' => return self.bump(c),
                '\\' if self.rest.starts_with("\\\n") => self.continue_line(),
                '\\' if self.rest[1..].starts_with(['"', '\\', '$', '`']) => {
                    self.bump(c);
                    self.character(word);
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

fn operator(operator: &'static str, line: usize) -> ShellToken {
    let kind = TokenKind::Operator(operator);
    ShellToken { kind, line }
}

/// Words with blanks between them, quotes taken off: a command line without operators.
pub(crate) fn words_with(text: &str, values: &Values, marks: &mut VariableMarks) -> Vec<String> {
    let mut lexer = ShellLexer::new(text);
    let mut words = Vec::new();
    let mut values = values.clone();
    while let Some(tokens) = lexer.next(&mut values, marks) {
        words.extend(tokens.into_iter().filter_map(|token| match token.kind {
            TokenKind::Word(text, _) => Some(text),
            _ => None,
        }));
    }
    words
}
