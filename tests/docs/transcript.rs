//! What a page says that its commands print, compared with what they print.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::docs::page::{Block, Page, commands, is_update, runs_elsewhere};
use crate::docs::shell::typed;
use crate::support::{Project, REPOSITORY};

/// Numbers of processes that a page shows, in the order in which they come.
const PIDS: [&str; 3] = ["16850", "17044", "17391"];

/// What is printed, with the same numbers each time.
#[derive(Debug)]
pub(super) struct Fixed {
    replaced: Vec<(String, String)>,
    pids: Vec<String>,
    seconds: &'static str,
}

impl Fixed {
    /// With other words in the place of those that a test chose, such as free ports.
    pub(super) fn new(replaced: impl IntoIterator<Item = (String, &'static str)>) -> Self {
        let replaced = replaced.into_iter();
        let mut replaced: Vec<_> = replaced.map(|(from, to)| (from, to.to_owned())).collect();
        replaced.push(("/srv/app".to_owned(), "/srv/my-app".to_owned()));
        Fixed {
            replaced,
            pids: Vec::new(),
            seconds: "0.5",
        }
    }

    /// The same for something that takes this long.
    pub(super) fn with_seconds(self, seconds: &'static str) -> Self {
        Fixed { seconds, ..self }
    }

    pub(super) fn text(&mut self, printed: &str) -> String {
        let mut text = printed.to_owned();
        for (from, to) in &self.replaced {
            text = text.replace(from, to);
        }
        let mut fixed = String::new();
        let mut table: Vec<Vec<String>> = Vec::new();
        for line in text.lines().map(str::trim_end) {
            if line.starts_with("SERVICE  ") || (!table.is_empty() && line.contains("  ")) {
                table.push(self.cells(line));
            } else {
                fixed += &aligned(&std::mem::take(&mut table));
                fixed += &self.line(line);
                fixed.push('\n');
            }
        }
        fixed + &aligned(&table)
    }

    /// The cells of a row in the table of `status`.
    fn cells(&mut self, line: &str) -> Vec<String> {
        let cells = line
            .split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty());
        let cells: Vec<&str> = cells.collect();
        let is_full = cells.len() > 3 && cells[0] != "SERVICE";
        let fixed = cells.iter().enumerate().map(|(column, cell)| match column {
            2 if is_full => self.pid(cell),
            3 if is_full => "3m 12s".to_owned(),
            4 if is_full => "SBCL 2.2.9".to_owned(),
            5 if is_full && *cell != "-" => "2.27".to_owned(),
            6 if is_full => {
                let (_, size) = cell.split_once(" of ").unwrap();
                format!("65 MB of {size}")
            }
            7 if is_full => "4".to_owned(),
            8 if is_full => "9".to_owned(),
            _ => self.line(cell),
        });
        fixed.collect()
    }

    fn line(&mut self, line: &str) -> String {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        for index in 0..words.len() {
            let before = index.checked_sub(1).map(|index| words[index].clone());
            let after = words.get(index + 1).cloned().unwrap_or_default();
            let word = &words[index];
            let number = word
                .trim_start_matches('(')
                .trim_end_matches([',', ')', ':']);
            let shown = if number.is_empty() || !number.starts_with(|c: char| c.is_ascii_digit()) {
                continue;
            } else if before.is_some_and(|before| before.trim_start_matches('(') == "pid") {
                self.pid(number)
            } else if after.starts_with("ago") {
                "4s".to_owned()
            } else if number.parse::<f64>().is_ok() && after == "s" && number.contains('.') {
                self.seconds.to_owned()
            } else if after == "bytes" {
                "1048576".to_owned()
            } else {
                continue;
            };
            words[index] = word.replace(number, &shown);
        }
        words.join(" ")
    }

    fn pid(&mut self, real: &str) -> String {
        let known = self.pids.iter().position(|pid| pid == real);
        let index = known.unwrap_or_else(|| {
            self.pids.push(real.to_owned());
            self.pids.len() - 1
        });
        PIDS[index].to_owned()
    }
}

/// A table as `status` prints it: a row of few cells does not make the columns wider.
fn aligned(rows: &[Vec<String>]) -> String {
    let longest = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let rows = rows.iter().filter(|row| column < 2 || row.len() == longest);
        let cells = rows.filter_map(|row| row.get(column));
        cells
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate();
        let cells: String = cells
            .map(|(column, cell)| format!("{cell:width$}  ", width = width(column)))
            .collect();
        cells.trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

/// Runs the commands of a section from top to bottom. What a block of text right below them shows
/// is what they print; without one they end well.
#[track_caller]
pub(super) fn play(page: &str, heading: &str, project: &Project, fixed: &mut Fixed) {
    let blocks = Page::read(page).blocks();
    let section = blocks.iter().enumerate();
    let mut section = section
        .filter(|(_, block)| block.heading == heading)
        .peekable();
    assert!(
        section.peek().is_some(),
        "{page} has no section `{heading}` with blocks"
    );
    let mut printed = String::new();
    while let Some((number, block)) = section.next() {
        if block.language == "sh" {
            let is_shown = section.peek().is_some_and(|(_, next)| shows_output(next));
            printed.clear();
            for command in commands(&block.text).filter(|command| !runs_elsewhere(command)) {
                let outcome = typed(project, &command);
                printed += &outcome.stdout;
                printed += &outcome.stderr;
                let is_well = is_shown || outcome.code == Some(0);
                assert!(is_well, "{page}: `{command}`: {printed}");
            }
        } else if shows_output(block) {
            compare(page, number, &fixed.text(&printed));
        }
    }
}

fn shows_output(block: &Block) -> bool {
    block.language == "text" && block.follows_commands
}

/// Compares a block of a page, which is the one of this number, with what it has to be; or writes
/// it.
#[track_caller]
pub(super) fn compare(page: &str, number: usize, printed: &str) {
    static WRITING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let page = Page::read(page);
    let block = &page.blocks()[number];
    if !is_update() {
        assert_eq!(
            block.text, printed,
            "{}; INSTA_UPDATE=always writes it",
            page.name
        );
        return;
    }
    let mut lines: Vec<&str> = page.text.lines().collect();
    lines.splice(block.lines.clone(), printed.lines());
    fs::write(
        Path::new(REPOSITORY).join(&page.name),
        lines.join("\n") + "\n",
    )
    .unwrap();
}
