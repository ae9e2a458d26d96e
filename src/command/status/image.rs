//! What an image says about itself.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use serde::Serialize;

use crate::live::process::Stat;
use crate::live::swank::reader::read;
use crate::live::swank::sexp::Sexp;
use crate::live::swank::{Answer, Client, Evaluation, Info, Interrupt, Unheard};

const QUERY: &str = "(lisplaunch::status)";

/// How many milliseconds a tick has in `/proc`, on every Linux that runs SBCL.
const TICK: u64 = 10;

/// A running image. What it does not tell is none.
#[derive(Serialize)]
pub(super) struct Image {
    pub(super) pid: Option<u32>,
    /// Such as `SBCL 2.2.9`.
    pub(super) lisp: Option<String>,
    pub(super) swank: Option<String>,
    /// In seconds.
    pub(super) uptime: Option<u64>,
    pub(super) heap: Heap,
    /// How many, without those that serve swank's connections.
    pub(super) threads: Option<u64>,
    /// The names of those that ASDF has loaded.
    pub(super) systems: Vec<String>,
    /// The TCP ports on which the process listens.
    pub(super) ports: BTreeSet<u16>,
}

/// In bytes.
#[derive(Serialize)]
pub(super) struct Heap {
    pub(super) used: Option<u64>,
    pub(super) size: Option<u64>,
}

impl Image {
    /// Asks; or tells why there is no answer.
    pub(super) fn ask(client: &mut Client, patience: Duration) -> Result<Self, String> {
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
            .ok_or_else(|| "it does not say how it is".to_owned())
    }
}

fn understand(values: &[String], info: &Info) -> Option<Image> {
    let printed = read(values.first()?).ok()?;
    let told = read(printed.as_str()?).ok()?;
    let number = |key| told.property(key).and_then(Sexp::as_number);
    let text = |key| told.property(key).and_then(Sexp::as_str);
    let mut systems = texts(&told, ":systems");
    systems.sort_unstable();
    Some(Image {
        pid: info.pid,
        lisp: lisp(info),
        swank: info.swank_version.clone(),
        uptime: text(":stat")
            .zip(text(":uptime"))
            .and_then(|(stat, machine)| uptime(stat, machine)),
        heap: Heap {
            used: number(":used"),
            size: number(":size"),
        },
        threads: number(":threads"),
        ports: ports(&texts(&told, ":listening"), &texts(&told, ":sockets")),
        systems: systems.into_iter().map(str::to_owned).collect(),
    })
}

fn texts<'a>(told: &'a Sexp, key: &str) -> Vec<&'a str> {
    let list = told.property(key).and_then(Sexp::as_list);
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
    let started = Duration::from_millis(Stat::parse(stat)?.started * TICK);
    let now: f64 = machine.split_ascii_whitespace().next()?.parse().ok()?;
    let seconds = Duration::try_from_secs_f64(now - started.as_secs_f64());
    Some(seconds.unwrap_or_default().as_secs())
}

/// The ports of lines of `/proc/net/tcp` whose sockets the process holds.
fn ports(lines: &[&str], sockets: &[&str]) -> BTreeSet<u16> {
    let own: HashSet<&str> = sockets
        .iter()
        .filter_map(|link| link.strip_prefix("socket:[")?.strip_suffix(']'))
        .collect();
    let port = |line: &&str| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let (_, port) = fields.get(1)?.rsplit_once(':')?;
        own.contains(fields.get(9)?)
            .then(|| u16::from_str_radix(port, 16).ok())?
    };
    lines.iter().filter_map(port).collect()
}
