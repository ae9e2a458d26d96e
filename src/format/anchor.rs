//! Folders that a written file finds for itself where it is used, so that it can be used elsewhere.

use crate::word::{Argv, Line, Piece, Variable, Word};

/// A folder, and the variable that holds it where the file is used.
pub(super) struct Anchor<'a> {
    name: &'static str,
    folder: &'a str,
}

impl<'a> Anchor<'a> {
    /// None where a path in the folder looks otherwise within a string of Lisp: what the variable
    /// holds is put there as it is.
    pub(super) fn new(name: &'static str, folder: &'a str) -> Option<Self> {
        let folder = folder.trim_end_matches('/');
        let plain = !folder.is_empty() && !folder.contains(['"', '\\']);
        plain.then_some(Anchor { name, folder })
    }

    /// Whether a path is the folder itself.
    pub(super) fn is(&self, path: &Word) -> bool {
        path.resolved().trim_end_matches('/') == self.folder
    }

    /// What follows the folder in `text`, which may be the end of a word.
    fn strip<'t>(&self, text: &'t str, ends: bool) -> Option<&'t str> {
        let rest = text.strip_prefix(self.folder)?;
        let whole = rest.starts_with(['/', '"']) || (rest.is_empty() && ends);
        whole.then_some(rest)
    }

    fn variable(&self) -> Piece {
        Piece::Variable(Variable {
            name: self.name.to_owned(),
            value: self.folder.to_owned(),
        })
    }
}

/// The command line with variables in place of the folders.
pub(super) fn command(argv: &Argv, anchors: &[&Anchor<'_>]) -> Argv {
    let line = |line: &Line| Line {
        words: line.words.iter().map(|each| word(each, anchors)).collect(),
        remark: line.remark.clone(),
    };
    Argv(argv.0.iter().map(line).collect())
}

/// The word with variables in place of the folders, where a path begins: at its own beginning, and
/// at that of a string of Lisp. The first folder that fits counts.
pub(super) fn word(word: &Word, anchors: &[&Anchor<'_>]) -> Word {
    let mut anchored = Word::default();
    let last = word.pieces().len().saturating_sub(1);
    for (index, piece) in word.pieces().iter().enumerate() {
        let Piece::Text(text) = piece else {
            anchored.push(piece.clone());
            continue;
        };
        let mut rest = text.as_str();
        let mut begins = index == 0;
        while !rest.is_empty() {
            let found = anchors
                .iter()
                .find_map(|anchor| Some((anchor, anchor.strip(rest, index == last)?)));
            if let Some((anchor, after)) = found.filter(|_| begins) {
                anchored.push(anchor.variable());
                rest = after;
            }
            let end = rest.find('"').map_or(rest.len(), |quote| quote + 1);
            anchored.push_text(&rest[..end]);
            rest = &rest[end..];
            begins = true;
        }
    }
    anchored
}

#[test]
fn a_folder_is_found_where_a_path_begins() {
    let anchors: Vec<Anchor<'_>> = [("here", "/home/me/app/"), ("HOME", "/home/me")]
        .into_iter()
        .filter_map(|(name, folder)| Anchor::new(name, folder))
        .collect();
    let shown = |text: &str| {
        let pieces = word(&text.into(), &anchors.iter().collect::<Vec<_>>());
        let pieces = pieces.pieces().iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Variable(variable) => format!("<{}>", variable.name),
        });
        pieces.collect::<String>()
    };
    for (text, expected) in [
        ("/home/me/app", "<here>"),
        ("/home/me/app/a.lisp", "<here>/a.lisp"),
        ("/home/me/apps/a.lisp", "<HOME>/apps/a.lisp"),
        (
            "(f \"/home/me/app/x\" \"/home/me\")",
            "(f \"<here>/x\" \"<HOME>\")",
        ),
        ("/srv/home/me/app", "/srv/home/me/app"),
        ("/home/meier", "/home/meier"),
        ("a:/home/me", "a:/home/me"),
        ("", ""),
    ] {
        assert_eq!(shown(text), expected);
    }
    assert!(Anchor::new("here", "/").is_none() && Anchor::new("here", "/a\"b").is_none());
}
