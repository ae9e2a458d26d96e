//! A page of the documentation, and what is in its blocks.

use std::fs;
use std::ops::Range;
use std::path::Path;

use crate::docs::ELSEWHERE;
use crate::support::{self, REPOSITORY};

/// A page, or a section of one.
#[derive(Clone, Debug)]
pub(super) struct Page {
    /// Its path in this repository.
    pub(super) name: String,
    pub(super) text: String,
}

/// What is between two fences.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) language: String,
    /// The heading above it.
    pub(super) heading: String,
    /// Its lines, without the blanks that all of it has before them.
    pub(super) text: String,
    /// Its lines on the page, without the fences.
    pub(super) lines: Range<usize>,
    /// Whether the block before it has commands, and nothing else is between.
    pub(super) follows_commands: bool,
}

impl Page {
    pub(super) fn read(name: &str) -> Self {
        let text = fs::read_to_string(Path::new(REPOSITORY).join(name)).unwrap();
        Page {
            name: name.to_owned(),
            text,
        }
    }

    /// README, and all below `docs/`.
    pub(super) fn all() -> Vec<Self> {
        let files = support::files_below(&Path::new(REPOSITORY).join("docs"));
        let pages = files.iter().filter(|file| {
            let extension = file.extension();
            extension.is_some_and(|extension| extension == "md")
        });
        let names = pages.filter_map(|file| file.strip_prefix(REPOSITORY).unwrap().to_str());
        let names = std::iter::once("README.md").chain(names);
        names.map(Page::read).collect()
    }

    pub(super) fn blocks(&self) -> Vec<Block> {
        let mut found: Vec<Block> = Vec::new();
        let mut open = false;
        let mut indent = 0;
        let mut heading = String::new();
        let mut follows_commands = false;
        for (number, line) in self.text.lines().enumerate() {
            let bare = line.trim_start();
            match (open, bare.strip_prefix("```")) {
                (false, Some(language)) => {
                    open = true;
                    indent = line.len() - bare.len();
                    found.push(Block {
                        language: language.to_owned(),
                        heading: heading.clone(),
                        text: String::new(),
                        lines: number + 1..number + 1,
                        follows_commands,
                    });
                }
                (true, Some(_)) => {
                    open = false;
                    follows_commands = found.last().unwrap().language == "sh";
                }
                (true, None) => {
                    let block = found.last_mut().unwrap();
                    block.text += line.get(indent..).unwrap_or_default();
                    block.text.push('\n');
                    block.lines.end = number + 1;
                }
                (false, None) => {
                    if let Some(title) = line.strip_prefix('#') {
                        heading = String::from(title.trim_start_matches('#').trim());
                    }
                    follows_commands &= line.is_empty();
                }
            }
        }
        found
    }

    pub(super) fn blocks_of(&self, language: &str) -> Vec<String> {
        let blocks = self.blocks().into_iter();
        let blocks = blocks.filter(|block| block.language == language);
        blocks.map(|block| block.text).collect()
    }

    /// All lines in blocks of commands, without comments.
    pub(super) fn lines_of_commands(&self) -> impl Iterator<Item = String> {
        let blocks = self.blocks_of("sh").into_iter();
        blocks.flat_map(|block| commands(&block).collect::<Vec<_>>())
    }

    /// The commands that the test of the page is to run.
    pub(super) fn commands(&self) -> Vec<String> {
        let lines = self.lines_of_commands();
        lines.filter(|line| !runs_elsewhere(line)).collect()
    }

    /// The headings of its sections.
    pub(super) fn headings(&self) -> Vec<&str> {
        let mut fenced = false;
        let lines = self.text.lines().filter(|line| {
            fenced ^= line.trim_start().starts_with("```");
            !fenced
        });
        let headings = lines.filter_map(|line| line.strip_prefix('#'));
        headings
            .map(|title| title.trim_start_matches('#').trim())
            .collect()
    }
}

/// The lines of a block of commands, without comments.
pub(super) fn commands(block: &str) -> impl Iterator<Item = String> {
    let lines = block.lines().map(|line| line.split(" # ").next().unwrap());
    lines
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
}

pub(super) fn runs_elsewhere(command: &str) -> bool {
    ELSEWHERE.iter().any(|(known, _)| *known == command)
}

/// Whether what is written from the program is written again instead of compared.
pub(super) fn is_update() -> bool {
    std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always")
}
