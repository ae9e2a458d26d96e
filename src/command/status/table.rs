//! The state of services as a table for people.

use std::time::Duration;

use super::Report;
use super::image::{Heap, Image};

const HEADER: [&str; 10] = [
    "SERVICE", "STATE", "PID", "UPTIME", "LISP", "SWANK", "HEAP", "THREADS", "SYSTEMS", "PORTS",
];

/// What stands for something that is not known.
const UNKNOWN: &str = "-";

/// A line a service, below a line of titles.
pub(super) fn text(reports: &[Report]) -> String {
    let rows: Vec<Vec<String>> = reports.iter().map(row).collect();
    // What is said of a service that is down stretches over the other columns.
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

fn row(report: &Report) -> Vec<String> {
    let mut row = vec![report.service.clone()];
    match (&report.image, &report.error) {
        (Some(image), _) => {
            row.push("up".to_owned());
            row.extend(cells(report, image));
        }
        (None, Some(error)) => row.extend(["down".to_owned(), error.clone()]),
        (None, None) => row.extend(["-", "it has no swank server to ask"].map(str::to_owned)),
    }
    row
}

fn cells(report: &Report, image: &Image) -> [String; 8] {
    let known = |text: Option<String>| text.unwrap_or_else(|| UNKNOWN.to_owned());
    [
        known(image.pid.map(|pid| pid.to_string())),
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

fn heap(heap: &Heap) -> String {
    let megabytes = |bytes: Option<u64>| {
        bytes.map_or_else(|| UNKNOWN.to_owned(), |bytes| format!("{} MB", bytes >> 20))
    };
    format!("{} of {}", megabytes(heap.used), megabytes(heap.size))
}

/// Swank's own is marked, the others are what the service serves.
fn ports(report: &Report, image: &Image) -> String {
    let swank = report.port;
    let others = image.ports.iter().filter(|port| Some(**port) != swank);
    let texts: Vec<String> = others
        .map(ToString::to_string)
        .chain(swank.map(|port| format!("{port} (swank)")))
        .collect();
    texts.join(", ")
}
