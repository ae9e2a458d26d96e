//! The state of services as a table for people.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::live::image::{HeapUse, Image};
use crate::live::report::ServiceReport;
use crate::live::state::State;
use crate::terminal::inert;

const HEADER: [&str; 10] = [
    "SERVICE", "STATE", "PID", "UPTIME", "LISP", "SWANK", "HEAP", "THREADS", "SYSTEMS", "PORTS",
];

/// What stands for something that is not known.
const UNKNOWN: &str = "-";

/// A line a service, below a line of titles.
pub(super) fn text(reports: &[ServiceReport]) -> String {
    let rows: Vec<Vec<String>> = reports.iter().map(row).map(shown).collect();
    // The text about a service that is down stretches over the other columns.
    let titles = if rows.iter().any(|row| row.len() == HEADER.len()) {
        &HEADER[..]
    } else {
        &HEADER[..2]
    };
    let titles: Vec<String> = titles.iter().map(ToString::to_string).collect();
    let widths: Vec<usize> = (0..titles.len())
        .map(|column| width(&titles, &rows, column))
        .collect();
    std::iter::once(&titles)
        .chain(&rows)
        .map(|row| line(row, &widths))
        .collect()
}

fn width(titles: &Vec<String>, rows: &[Vec<String>], column: usize) -> usize {
    let full = rows
        .iter()
        .filter(|row| column < 2 || row.len() == HEADER.len());
    let cells = full.chain(std::iter::once(titles));
    cells
        .filter_map(|row| Some(row.get(column)?.chars().count()))
        .max()
        .unwrap_or(0)
}

fn line(row: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (column, cell) in row.iter().enumerate() {
        let width = widths.get(column).copied().unwrap_or(0);
        line += &format!("{cell:width$}  ");
    }
    line.trim_end().to_owned() + "\n"
}

/// An image or a state file may report anything.
fn shown(row: Vec<String>) -> Vec<String> {
    let cell = |cell: String| inert(&cell).replace('\n', " ");
    row.into_iter().map(cell).collect()
}

fn row(report: &ServiceReport) -> Vec<String> {
    let mut row = vec![report.service.clone()];
    let word = report.state.word().to_owned();
    match (&report.image, report.state) {
        (Some(image), State::Ready | State::Up) => {
            // That it answers is all that is known then.
            let states = if report.phase.is_some() {
                ""
            } else {
                " (no states)"
            };
            row.push(word + states);
            row.extend(cells(report, image));
        }
        (_, State::Loading | State::Starting | State::Stopping) => {
            let age = age(report).map_or(String::new(), |age| format!(" {age}"));
            row.extend([word + &age, in_words(report)]);
        }
        _ => row.extend([word, in_words(report)]),
    }
    row
}

/// The text about a service that cannot be described in columns.
fn in_words(report: &ServiceReport) -> String {
    let pid = report.pid.map(|pid| format!("pid {pid}"));
    let age = age(report);
    let error = report.error.clone();
    let note = report.note.as_deref().map(one_line);
    match report.state {
        State::Loading | State::Starting | State::Stopping => joined(", ", [pid, note]),
        State::Ready | State::Up => joined(", ", [pid, age.map(|age| format!("for {age}"))]),
        State::Silent => joined(", ", [pid, error]),
        State::Locked | State::Other => error.unwrap_or_default(),
        State::Failed => {
            let exit = report.exit.map(|exit| format!("exit {exit}"));
            let how = joined(", ", [exit, age.map(|age| format!("{age} ago"))]);
            joined(": ", [Some(how), note])
        }
        State::Crashed => {
            let pid = pid.unwrap_or_else(|| "its process".to_owned());
            format!("{pid} is gone without last words (killed?)")
        }
        State::Down => match age {
            Some(age) => format!("stopped {age} ago"),
            None => error.unwrap_or_else(|| "it has not been started".to_owned()),
        },
        State::Unknown => error
            .unwrap_or_else(|| "it has neither a swank server nor the runtime to ask".to_owned()),
    }
}

fn joined<const N: usize>(separator: &str, parts: [Option<String>; N]) -> String {
    let parts: Vec<String> = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(separator)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How long it has been so.
fn age(report: &ServiceReport) -> Option<String> {
    let since = UNIX_EPOCH + Duration::from_secs(report.since?);
    let age = SystemTime::now().duration_since(since).unwrap_or_default();
    Some(duration(age.as_secs()))
}

fn cells(report: &ServiceReport, image: &Image) -> [String; 8] {
    let known = |text: Option<String>| text.unwrap_or_else(|| UNKNOWN.to_owned());
    [
        known(report.pid.map(|pid| pid.to_string())),
        known(image.uptime.map(duration)),
        known(image.lisp.clone()),
        known(image.swank.clone()),
        heap(&image.heap),
        known(image.threads.map(|threads| threads.to_string())),
        image.systems.len().to_string(),
        ports(report, image),
    ]
}

/// The two largest units.
fn duration(seconds: u64) -> String {
    let text = humantime::format_duration(Duration::from_secs(seconds)).to_string();
    let units: Vec<&str> = text.split(' ').take(2).collect();
    units.join(" ")
}

fn heap(heap: &HeapUse) -> String {
    let megabytes = |bytes: Option<u64>| {
        bytes.map_or_else(|| UNKNOWN.to_owned(), |bytes| format!("{} MB", bytes >> 20))
    };
    format!("{} of {}", megabytes(heap.used), megabytes(heap.size))
}

/// Swank's own is marked, the others are what the service serves.
fn ports(report: &ServiceReport, image: &Image) -> String {
    let swank = report.port;
    let others = image.ports.iter().filter(|port| Some(**port) != swank);
    let texts: Vec<String> = others
        .map(ToString::to_string)
        .chain(swank.map(|port| format!("{port} (swank)")))
        .collect();
    texts.join(", ")
}
