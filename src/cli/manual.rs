//! The manual pages of the commands, one each, from what the commands say of themselves.

use std::io;

use clap::CommandFactory;
use clap_mangen::Man;
use clap_mangen::roff::Roff;

use super::Cli;
use crate::project::manual;

/// A page of the manual.
#[derive(Debug)]
pub struct Page {
    /// The name of its file, `lisplaunch-run.1`.
    pub name: String,
    /// The page, for `man` to format.
    pub text: String,
}

/// The pages of all commands, that of lisplaunch itself first.
///
/// # Errors
/// When one cannot be written.
pub fn pages() -> io::Result<Vec<Page>> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    collect(&command, &mut pages)?;
    Ok(pages)
}

fn collect(command: &clap::Command, pages: &mut Vec<Page>) -> io::Result<()> {
    pages.push(page(command)?);
    let inner = command.get_subcommands();
    for command in inner.filter(|command| !command.is_hide_set()) {
        collect(command, pages)?;
    }
    Ok(())
}

fn page(command: &clap::Command) -> io::Result<Page> {
    let man = Man::new(command.clone());
    let name = man.get_filename();
    let title = name.trim_end_matches(".1").to_uppercase();
    let man = man
        .title(title)
        .date(manual::DATE)
        .source(manual::SOURCE)
        .manual(manual::NAME);
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    let after = command.get_after_help().map(ToString::to_string);
    closing(&after.unwrap_or_default()).to_writer(&mut text)?;
    Ok(Page {
        name,
        text: without_idle_requests(&String::from_utf8_lossy(&text)),
    })
}

/// The same page without blanks at line ends, and without line breaks beside an empty line.
fn without_idle_requests(page: &str) -> String {
    let lines = page.lines().map(|line| match line.trim_end() {
        "" => ".sp",
        line => line,
    });
    let lines: Vec<&str> = lines.collect();
    let is_empty = |index: usize| lines.get(index).is_some_and(|line| *line == ".sp");
    let is_idle = |index: usize| {
        lines[index] == ".br" && (is_empty(index + 1) || index > 0 && is_empty(index - 1))
    };
    let kept = (0..lines.len()).filter(|index| !is_idle(*index));
    kept.map(|index| format!("{}\n", lines[index])).collect()
}

/// What a command shows behind its options, a section for each of its titles, and where to go on.
fn closing(after: &str) -> Roff {
    let mut page = Roff::new();
    for block in after.split("\n\n").filter(|block| !block.is_empty()) {
        let (title, lines) = block.split_once(":\n").unwrap_or(("Notes", block));
        manual::add_literal(&title.to_uppercase(), lines, &mut page);
    }
    manual::add_references([("lisplaunch", "1"), ("lisplaunch.yaml", "5")], &mut page);
    page
}
