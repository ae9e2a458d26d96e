//! Env files: which there are, and their language, in which every value is literal.
//!
//! A line is `NAME=value`, the value going on to the end of the line; quotes are around all of it
//! or are part of it, and nothing is expanded. Shells, systemd and docker each have rules of their
//! own for what is beyond that, so that everything else is an error here.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::path::{self, Base};
use crate::host;
use crate::problem::{Location, Problem, Source};
use crate::project::field::{Field, FieldReader, Fields};
use crate::project::reference::{is_name_byte, is_variable_name};
use crate::trust::{Owners, Standing};

/// What env files say.
#[derive(Debug, Default)]
pub(super) struct EnvFiles {
    /// The absolute paths of the files.
    pub(super) paths: Vec<String>,
    /// Names and values, later ones replacing earlier ones.
    pub(super) written: BTreeMap<String, EnvFileValue>,
}

/// The value of a variable in an env file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvFileValue {
    /// What it is.
    pub value: String,
    /// Whether it is there in a way that every program reads alike.
    pub plainly: bool,
}

impl EnvFiles {
    /// Names and values.
    pub(super) fn values(&self) -> BTreeMap<String, String> {
        let written = self.written.iter();
        written
            .map(|(name, written)| (name.clone(), written.value.clone()))
            .collect()
    }
}

/// Reads the files that `env-file` names; with `owners` only theirs.
pub(super) fn read(
    fields: &Fields<'_>,
    base: Base<'_>,
    owners: Option<&Owners>,
    reader: &FieldReader,
) -> EnvFiles {
    let mut files = EnvFiles::default();
    let items = fields.get("env-file").map(|field| field.items());
    let items = items.unwrap_or_default();
    let known = |item: &EnvFileItem<'_>| !item.file.is_unset();
    for item in items.iter().filter_map(EnvFileItem::read).filter(known) {
        let Some(file) = item.file.parse(|text| path::absolute(&text.into(), base)) else {
            continue;
        };
        let file = file.resolved();
        match read_file(Path::new(&file)) {
            Ok((text, standing)) => match owners.map(|owners| owners.check(&standing)) {
                Some(Err(problem)) => item.file.report(problem),
                _ => match parse(&file, &text) {
                    Ok(written) => files.written.extend(written),
                    Err(problem) => reader.report(problem),
                },
            },
            Err(error) if item.optional && error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                let problem = unreadable(&file, &error);
                let accepted = reader.variables.unset.is_accepted();
                item.file.report(match error.kind() {
                    io::ErrorKind::NotFound if accepted => problem.as_warning(),
                    _ => problem,
                });
            }
        }
        files.paths.push(file);
    }
    files
}

/// One of the files.
struct EnvFileItem<'a> {
    file: Field<'a>,
    /// Whether it may be missing.
    optional: bool,
}

impl<'a> EnvFileItem<'a> {
    fn read(field: &Field<'a>) -> Option<Self> {
        if !field.is_map() {
            return Some(EnvFileItem {
                file: field.clone(),
                optional: false,
            });
        }
        let fields = field.fields();
        let optional = fields.flag("optional");
        let Some(file) = fields.get("file") else {
            field.report(
                Problem::error(format!("`{}` names no file", field.path())).help("add `file:`"),
            );
            return None;
        };
        Some(EnvFileItem { file, optional })
    }
}

fn read_file(file: &Path) -> io::Result<(String, Standing)> {
    let mut open = host::open_text(file)?;
    let standing = Standing::of_file(file, &open)?;
    Ok((host::read_text_from(&mut open)?, standing))
}

fn unreadable(file: &str, error: &io::Error) -> Problem {
    let problem = Problem::io("read", Path::new(file), error);
    match error.kind() {
        io::ErrorKind::NotFound => problem
            .help("write the file, or remove it from `env-file`")
            .help(format!(
                "if it may be missing: `{{file: {file}, optional: true}}`"
            )),
        _ => problem.help("an env file has lines such as `NAME=value`"),
    }
}

const BLANKS: [char; 2] = [' ', '\t'];
const QUOTES: [char; 2] = ['"', '\''];

/// Why a line is not one of an env file; the range is in bytes of the line.
struct LineError {
    at: Range<usize>,
    problem: Problem,
}

impl LineError {
    fn new(at: Range<usize>, message: &str, help: &str) -> Self {
        let problem = Problem::error(message).help(help);
        LineError { at, problem }
    }
}

fn parse(file: &str, text: &str) -> Result<Vec<(String, EnvFileValue)>, Problem> {
    let mut values = Vec::new();
    let marked = text.starts_with('\u{feff}');
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut start = 0;
    for line in text.split('\n') {
        match entry(line.strip_suffix('\r').unwrap_or(line)) {
            Ok(Some((name, value))) => {
                let written = EnvFileValue {
                    value: value.to_owned(),
                    plainly: !marked && is_plain(line, name, value),
                };
                values.push((name.to_owned(), written));
            }
            Ok(None) => {}
            Err(LineError { at, problem }) => {
                return Err(problem.at(location(file, text, start..start + line.len(), at)));
            }
        }
        start += line.len() + 1;
    }
    Ok(values)
}

/// Whether a line is `NAME=value` and nothing else, without any sign that means something to one
/// program or another.
fn is_plain(line: &str, name: &str, value: &str) -> bool {
    let safe = |c: char| c.is_ascii_alphanumeric() || "_./:@%+,=-".contains(c);
    line == format!("{name}={value}") && value.chars().all(safe)
}

/// The name and the value of a line; nothing for an empty line or a comment.
fn entry(line: &str) -> Result<Option<(&str, &str)>, LineError> {
    let text = line.trim_start_matches(BLANKS);
    let start = line.len() - text.len();
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    if let Some(at) = line.find('\0') {
        let help = "remove it: an argument or a variable cannot hold one";
        return Err(LineError::new(
            at..at + 1,
            "this line has a NUL character",
            help,
        ));
    }
    if let Some(at) = line.find('\r') {
        return Err(LineError::new(
            at..at + 1,
            "this line has a carriage return that is not at its end",
            "lines end in a line feed, with or without a carriage return before it",
        ));
    }
    let length = text.bytes().take_while(|byte| is_name_byte(*byte)).count();
    let (name, rest) = text.split_at(length);
    let end = start + length;
    if name == "export" && rest.starts_with(BLANKS) {
        return Err(LineError::new(
            start..end,
            "`export` is a command of a shell, which does not read this file",
            "remove it: the process is given every variable of the file",
        ));
    }
    if !rest.starts_with('=') && rest.trim_start_matches(BLANKS).starts_with('=') {
        return Err(LineError::new(
            end..line.len() - rest.trim_start_matches(BLANKS).len(),
            "white space between a name and its `=`",
            "remove it: `NAME=value`",
        ));
    }
    if !rest.starts_with('=') || !is_variable_name(name) {
        return Err(LineError::new(
            start..line.len(),
            "this line of an env file is not `NAME=value`",
            "a name has letters, digits and `_`, no digit first; a value has one line; a comment begins with `#`",
        ));
    }
    value(line, end + 1).map(|value| Some((name, value)))
}

/// The value that begins at `start`.
fn value(line: &str, start: usize) -> Result<&str, LineError> {
    let text = line[start..].trim_start_matches(BLANKS);
    let at = line.len() - text.len();
    match text.chars().next().filter(|sign| QUOTES.contains(sign)) {
        Some(quote) => quoted(line, at, quote),
        None => Ok(without_comment(&line[start..]).trim_matches(BLANKS)),
    }
}

/// The value between the quote at `at` and the next one.
fn quoted(line: &str, at: usize, quote: char) -> Result<&str, LineError> {
    let Some((value, rest)) = line[at + 1..].split_once(quote) else {
        return Err(LineError::new(
            at..line.len(),
            "the value begins with a quote that does not end on its line",
            "a value has one line; one that begins with a quote is written in quotes of the other kind",
        ));
    };
    let after = without_comment(rest);
    if after.trim_matches(BLANKS).is_empty() {
        return Ok(value);
    }
    let start = line.len() - rest.trim_start_matches(BLANKS).len();
    Err(LineError::new(
        start..line.len() - rest.len() + after.trim_end_matches(BLANKS).len(),
        "the value goes on after its quotes",
        "quotes enclose the whole value, and nothing is an escape in them: use the other kind, or none",
    ))
}

/// The text up to a `#` that white space is before.
fn without_comment(text: &str) -> &str {
    let mut signs = text.match_indices('#').map(|(at, _)| at);
    let comment = signs.find(|at| text[..*at].ends_with(BLANKS));
    &text[..comment.unwrap_or(text.len())]
}

/// The place of a fault in a line of the file, whose values may be secrets: only what is not one
/// can be seen there.
fn location(file: &str, text: &str, line: Range<usize>, at: Range<usize>) -> Location {
    let masked = masked(&text[line.clone()]);
    let offset = |at: usize| {
        let signs = text[line.start..line.start + at].chars().count();
        line.start
            + masked
                .chars()
                .take(signs)
                .map(char::len_utf8)
                .sum::<usize>()
    };
    let range = offset(at.start)..offset(at.end);
    let text = format!("{}{masked}", &text[..line.start]);
    let name = file.to_owned();
    Location {
        source: Arc::new(Source { name, text }),
        range,
    }
}

/// The line with stars for what may be a secret: all but the name and what has a meaning.
fn masked(line: &str) -> String {
    let head = line.split_once('=').map(|(head, _)| head);
    let head =
        head.filter(|head| is_variable_name(head.trim().trim_start_matches("export ").trim()));
    let (head, rest) = line.split_at(head.map_or(0, str::len));
    let star = |sign: char| {
        if " \t='\"#\r".contains(sign) {
            sign
        } else {
            '*'
        }
    };
    head.chars().chain(rest.chars().map(star)).collect()
}
