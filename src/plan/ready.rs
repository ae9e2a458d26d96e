//! When a service counts as ready: what the `ready` key says.

use std::net::Ipv6Addr;

use serde::Serialize;

use super::context::Context;
use super::port::Port;
use super::quantity::Seconds;
use crate::lisp::Form;
use crate::problem::Problem;
use crate::project::keys;
use crate::word::Word;

/// What must hold before a service counts as ready.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ready {
    /// What is asked again and again.
    #[serde(flatten)]
    pub check: ReadyCheck,
    /// After how long it is too late.
    pub timeout: Seconds,
}

/// What is asked to find out whether a service is ready.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadyCheck {
    /// Whether this form is true.
    Form(Form),
    /// Whether this URL answers.
    Http(Word),
}

/// How long that may take unless the file says otherwise.
///
/// # Panics
/// If the table of keys holds no duration.
pub fn default_timeout() -> Seconds {
    Seconds::parse(keys::default("ready.timeout")).expect("the table of keys has valid defaults")
}

/// What a manager waits beside that, so that the image reports first.
const MARGIN: Seconds = Seconds(10);

/// How long a service may take to be ready.
pub fn timeout(ready: Option<&Ready>) -> Seconds {
    ready.map_or_else(default_timeout, |ready| ready.timeout)
}

/// How long a manager waits for a service to be ready.
pub fn patience(ready: Option<&Ready>) -> Seconds {
    Seconds(timeout(ready).0 + MARGIN.0)
}

/// Reads the `ready` key of a service; nothing where its last start form decides.
pub(super) fn read(context: &Context<'_>) -> Option<Ready> {
    let field = context.fields.get("ready")?;
    if field.is_false() {
        return None;
    }
    let fields = field.fields();
    let timeout = fields.read("timeout", Seconds::parse);
    let check = match (fields.get("form"), fields.get("http")) {
        (Some(form), None) if form.is_true() => {
            form.report(
                Problem::error("`ready` is `true`: expected a form")
                    .help("a form that is true once the service is ready: `(my-app:up-p)`")
                    .help("or leave it out: the service is ready once `start` has returned"),
            );
            return None;
        }
        (Some(form), None) => ReadyCheck::Form(form.form()?),
        (None, Some(url)) => ReadyCheck::Http(url.parse_word(url_of_a_server)?),
        (Some(_), Some(url)) => {
            url.report(
                Problem::error("`ready` has a form and a URL")
                    .help("remove one of them: a form can ask for more than one thing"),
            );
            return None;
        }
        (None, None) => {
            field.report(
                Problem::error("`ready` says nothing to wait for")
                    .help("add `http: http://127.0.0.1:8080/`, or a form: `form: (my-app:up-p)`"),
            );
            return None;
        }
    };
    Some(Ready { check, timeout })
}

/// The URL that `word` spells, if a service can be asked by it.
fn url_of_a_server(word: &Word) -> Result<Word, String> {
    let expected = || "a URL such as `http://127.0.0.1:8080/health`".to_owned();
    let text = word.resolved();
    if text.starts_with("https:") {
        return Err(format!(
            "{}: the image asks its own port, without TLS",
            expected()
        ));
    }
    if !text.bytes().all(is_url_byte) {
        return Err(format!("{}, other characters as `%20`", expected()));
    }
    let rest = text.strip_prefix("http://").ok_or_else(expected)?;
    let (server, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = split_server(server);
    if !is_host(host) || path.is_empty() && rest.contains('?') {
        return Err(expected());
    }
    match port {
        Some(port) => Port::parse(&port.into()).map(|_| word.clone()),
        None => Ok(word.clone()),
    }
}

/// Whether a URL may hold this as it is.
pub(super) fn is_url_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"#<>\\^`{|}".contains(&byte)
}

/// The host, and the port behind the last colon, which an IPv6 address has inside its brackets.
pub(super) fn split_server(server: &str) -> (&str, Option<&str>) {
    match server.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (server, None),
    }
}

fn is_host(host: &str) -> bool {
    let inside = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match inside {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => {
            let legal = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
            !host.is_empty() && host.chars().all(legal)
        }
    }
}
