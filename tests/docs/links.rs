//! Links between pages.

use std::path::{Path, PathBuf};

use crate::docs::page::Page;
use crate::support::REPOSITORY;

/// The targets of links to files of this repository.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let rests = text.split("](").skip(1);
    let targets = rests.filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://"))
}

/// What GitHub makes of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => Some(c.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}

#[test]
fn every_link_leads_to_a_page_and_a_heading() {
    for page in Page::all() {
        let folder = Path::new(&page.name).parent().unwrap();
        for target in targets(&page.text) {
            let (file, place) = target.split_once('#').unwrap_or((target, ""));
            let name = match file {
                "" => PathBuf::from(&page.name),
                file => clean(&folder.join(file)),
            };
            let path = Path::new(REPOSITORY).join(&name);
            assert!(path.exists(), "{}: there is no {target}", page.name);
            if !place.is_empty() {
                let other = Page::read(name.to_str().unwrap());
                let mut headings = other.headings().into_iter();
                let found = headings.any(|heading| anchor(heading) == place);
                assert!(found, "{}: there is no heading {target}", page.name);
            }
        }
    }
}

/// The path without `..`.
fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part.as_os_str().to_str() {
            Some("..") => drop(clean.pop()),
            _ => clean.push(part),
        }
    }
    clean
}
