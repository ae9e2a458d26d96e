//! What an image reports of its heap, threads, systems and ports.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use serde::Serialize;

use super::process::Stat;
use super::sockets::Socket;
use super::swank::reader::read;
use super::swank::sexp::Sexp;
use super::swank::{Answer, Client, Evaluation, Info, Interrupt, Unheard};

const QUERY: &str = "(lisplaunch::status)";

/// A running image. What it does not say is none.
#[derive(Serialize)]
pub struct Image {
    /// Such as `SBCL 2.2.9`.
    pub lisp: Option<String>,
    /// The version of its server.
    pub swank: Option<String>,
    /// In seconds.
    pub uptime: Option<u64>,
    /// How full its heap is.
    pub heap: HeapUse,
    /// How many, without those that serve swank's connections.
    pub threads: Option<u64>,
    /// The names of those that ASDF has loaded.
    pub systems: Vec<String>,
    /// The TCP ports on which the process listens.
    pub ports: BTreeSet<u16>,
}

/// In bytes.
#[derive(Serialize)]
pub struct HeapUse {
    /// What is in use.
    pub used: Option<u64>,
    /// All of it.
    pub size: Option<u64>,
}

impl Image {
    /// Asks the image, or returns why there is no answer.
    pub fn ask(client: &mut Client, patience: Duration) -> Result<Self, String> {
        let evaluation = Evaluation {
            package: Some("COMMON-LISP-USER"),
            timeout: Some(patience),
            ..Evaluation::new(QUERY)
        };
        let answer = client
            .evaluate(&evaluation, &mut Unheard, &Interrupt::new())
            .map_err(|error| error.to_string())?;
        let values = match answer {
            Answer::Returned { values, .. } => values,
            Answer::Signalled { message, .. } | Answer::Aborted(message) => return Err(message),
            Answer::UnknownPackage => Vec::new(),
        };
        understand(&values, client.connection_info())
            .ok_or_else(|| "it does not report its state".to_owned())
    }
}

fn understand(values: &[String], info: &Info) -> Option<Image> {
    let printed = read(values.first()?).ok()?;
    let said = read(printed.as_str()?).ok()?;
    let number = |key| said.property(key).and_then(Sexp::as_number);
    let text = |key| said.property(key).and_then(Sexp::as_str);
    let mut systems = texts(&said, ":systems");
    systems.sort_unstable();
    Some(Image {
        lisp: lisp(info),
        swank: info.swank_version.clone(),
        uptime: text(":stat")
            .zip(text(":uptime"))
            .and_then(|(stat, machine)| uptime(stat, machine)),
        heap: HeapUse {
            used: number(":used"),
            size: number(":size"),
        },
        threads: number(":threads"),
        ports: ports(&texts(&said, ":listening"), &texts(&said, ":sockets")),
        systems: systems.into_iter().map(str::to_owned).collect(),
    })
}

fn texts<'a>(said: &'a Sexp, key: &str) -> Vec<&'a str> {
    let list = said.property(key).and_then(Sexp::as_list);
    let elements = list.unwrap_or_default().iter();
    elements.filter_map(Sexp::as_str).collect()
}

fn lisp(info: &Info) -> Option<String> {
    let name = info.lisp.as_ref()?;
    Some(match &info.lisp_version {
        Some(version) => format!("{name} {version}"),
        None => name.clone(),
    })
}

/// From `/proc/self/stat` and `/proc/uptime`.
fn uptime(stat: &str, machine: &str) -> Option<u64> {
    Some(Stat::parse(stat)?.age(machine)?.as_secs())
}

/// The ports of lines of `/proc/net/tcp` whose sockets the process holds.
fn ports(lines: &[&str], links: &[&str]) -> BTreeSet<u16> {
    let own: HashSet<u64> = links
        .iter()
        .filter_map(|link| link.strip_prefix("socket:[")?.strip_suffix(']'))
        .filter_map(|inode| inode.parse().ok())
        .collect();
    lines
        .iter()
        .filter_map(|line| Socket::parse(line))
        .filter(|socket| own.contains(&socket.inode))
        .map(|socket| socket.local.port())
        .collect()
}
