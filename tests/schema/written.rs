//! Every project file that is written somewhere in this repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use lisplaunch::project::keys;
use proc_macro2::{TokenStream, TokenTree};

use super::validator::json;
use crate::support::{self, REPOSITORY};

/// Those of the examples, and all texts in the tests that are project files or begin one.
pub(super) fn files() -> Vec<String> {
    let mut texts = BTreeSet::new();
    for path in files_below("tests")
        .into_iter()
        .chain(files_below("examples"))
    {
        let text = fs::read_to_string(&path).unwrap_or_default();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => literals(TokenStream::from_str(&text).unwrap(), &mut texts),
            Some("yaml") => {
                texts.insert(text);
            }
            _ => {}
        }
    }
    texts.iter().filter_map(|text| file(text)).collect()
}

fn files_below(folder: &str) -> Vec<PathBuf> {
    support::files_below(&Path::new(REPOSITORY).join(folder))
}

/// The texts in Rust, those within macros too.
fn literals(tokens: TokenStream, found: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => literals(group.stream(), found),
            TokenTree::Literal(literal) => {
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                    found.insert(text.value());
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// The text as a whole project file, if it has a key of one.
fn file(text: &str) -> Option<String> {
    let document = json(text)?;
    let names = document.as_object()?.keys();
    let mut known = names.filter(|name| keys::is_known(name)).peekable();
    known.peek()?;
    let runs = ["start", "systems", "load", "services"];
    if known.any(|name| runs.contains(&name.as_str())) {
        return Some(text.to_owned());
    }
    let whole = format!("{text}\nloader: none\nstart: (f)\n");
    json(&whole).is_some().then_some(whole)
}
