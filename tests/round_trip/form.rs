//! Lisp forms as a person may write them, each with the word that it must become.
//!
//! The word is built beside the form, by the rule that the README promises: a gap between two
//! tokens stays as it is unless it has a line break or a comment; then it is one blank, or
//! nothing behind `(` and before `)`. Tokens stay as they are.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::text::{Bit, INTEGERS, TOKENS, Text, any_of, hostile, in_string, in_string_bit};

/// A form.
#[derive(Clone, Debug)]
pub struct Form {
    pub written: Text,
    /// The text of its word.
    pub word: Text,
}

/// Data that are one stretch of text.
#[rustfmt::skip]
const ATOMS: &[&str] = &[
    "app", "cl-user::x", "pkg:name", "*port*", ":key", ":|Key|", "t", "()", "nil", "a\\ b", "a\\)b", "a|b c|d", "|a \" b|",
    "|sym bols|", "|a\\|b ( ; #|", "|it's $x %(here)s ;|", "+1+", "1+", "-1", "3.5d0", "1/2", "#xFF", "#b101", "#*101",
    "#\\(", "#\\)", "#\\;", "#\\\"", "#\\|", "#\\#", "#\\'", "#\\\\", "#\\$", "#\\%", "#\\Space", "#\\λ", "#\\,",
    "#'car", "#'(lambda (x) x)", "'x", "'(a . b)", "''x", "`(a ,b ,@c)", "`(a `(b ,(c ,d)))", "#(1 2)", "#p\"/a b;#\"",
    "#+sbcl x", "#-sbcl #\\) y", "#+(or nope) (f ; )\n ) z", "(a . b)", "#:g", "#.(+ 1 2)", "#C(1 2)", "#2A((1 2) (3 4))",
    "\"\"", "\"$$(X) ${Y} $z\"", "\" ; # %(here)s\"", "\"a\nb\"", "\"a\\\\\"", "\"\\\"\"", "\"~$ ~%\"", "λ", "日本", "%x%", "$x", "@",
    "(f #|)|# )", "(a;b\n)", "(\n)",
];

/// What is between two tokens, and whether it is folded.
#[rustfmt::skip]
const GAPS: &[(&str, bool)] = &[
    (" ", false), (" ", false), (" ", false), ("  ", false), ("\t", false), (" \u{c}", false), ("\n", true), ("\n    ", true),
    (" \t\n\n ", true), ("\r\n", true), (" ; it's a (comment \" | $x %(here)s\n", true), (" #| block ; ) \" #| nested |# |# ", true),
    ("\n;;; 100%\n  ;; #|\n", true),
];

/// Text that is being built in both its shapes.
#[derive(Clone, Debug, Default)]
struct Growing {
    written: Text,
    word: Text,
}

/// One datum: tokens and the gaps between them.
#[derive(Clone, Debug)]
enum Datum {
    Token(Text),
    List(&'static str, Vec<(Gap, Datum)>, Gap),
}

type Gap = (&'static str, bool);

impl Datum {
    fn is_variable(&self) -> bool {
        matches!(self, Datum::Token(Text(bits)) if matches!(bits[..], [Bit::Variable(_)]))
    }
}

impl Growing {
    fn token(&mut self, token: &Text) {
        self.written.extend(token);
        self.word.extend(token);
    }

    fn gap(&mut self, (text, folds): Gap, at_an_edge: bool) {
        self.written.push(text);
        if !folds {
            self.word.push(text);
        } else if !at_an_edge {
            self.word.push(" ");
        }
    }

    fn datum(&mut self, datum: &Datum) {
        match datum {
            Datum::Token(token) => self.token(token),
            Datum::List(open, items, end) => {
                self.token(&Text::raw(*open));
                self.items(items, open.ends_with('('));
                self.gap(*end, true);
                self.token(&Text::raw(")"));
            }
        }
    }

    /// `after_open` if the first gap is behind a parenthesis.
    fn items(&mut self, items: &[(Gap, Datum)], after_open: bool) {
        for (index, (gap, item)) in items.iter().enumerate() {
            self.gap(*gap, index == 0 && after_open);
            self.datum(item);
        }
    }
}

fn gap() -> impl Strategy<Value = Gap> {
    select(GAPS)
}

/// A gap at an edge may also be nothing.
fn edge() -> impl Strategy<Value = Gap> {
    prop_oneof![4 => Just(("", false)), 1 => gap()]
}

fn string() -> impl Strategy<Value = Text> {
    let bit = prop_oneof![
        4 => hostile().prop_map(|text| Bit::Raw(in_string(&text))),
        1 => in_string_bit(),
    ];
    vec(bit, 0..4).prop_map(|bits| {
        let mut string = Text::raw("\"");
        string.extend(&Text(bits));
        string.push("\"");
        string
    })
}

/// An atom without the ones whose own gaps fold.
fn atom() -> impl Strategy<Value = Text> {
    let atoms: Vec<&str> = ATOMS
        .iter()
        .copied()
        .filter(|atom| !atom.contains(['\n']) && !atom.contains("#|)") || atom.starts_with('"'))
        .collect();
    prop_oneof![
        4 => select(atoms).prop_map(Text::raw),
        4 => string(),
        2 => any_of(INTEGERS).prop_map(|variable| Text(vec![Bit::Variable(variable)])),
        1 => any_of(TOKENS).prop_map(|variable| Text(vec![Bit::Variable(variable)])),
    ]
}

fn datum() -> impl Strategy<Value = Datum> {
    atom()
        .prop_map(Datum::Token)
        .prop_recursive(3, 16, 4, |inner| {
            let items = (edge(), inner.clone(), vec((gap(), inner), 0..4));
            (select(&["(", "'(", "`(", "#'("][..]), items, edge()).prop_map(
                |(open, (first_gap, first, rest), end)| {
                    let open = match open {
                        // A variable names nothing that is called.
                        "(" | "#'(" if first.is_variable() => "'(",
                        "#'(" => "(",
                        open => open,
                    };
                    let items = std::iter::once((first_gap, first)).chain(rest).collect();
                    Datum::List(open, items, end)
                },
            )
        })
}

/// What a form begins with.
const HEADS: &[&str] = &[
    "app:start",
    "setf",
    "cl-user::|go (now|",
    "f",
    "my-app/web:main",
];

fn call() -> impl Strategy<Value = (&'static str, Gap, Vec<(Gap, Datum)>, Gap)> {
    (select(HEADS), edge(), vec((gap(), datum()), 0..5), edge())
}

/// A form in parentheses, or a call without them, between gaps that are dropped.
pub fn form() -> impl Strategy<Value = Form> {
    (call(), any::<bool>(), edge(), edge()).prop_map(
        |((head, first, items, last), bare, before, after)| {
            let mut growing = Growing::default();
            growing.written.push(before.0);
            if bare {
                growing.word.push("(");
            } else {
                growing.token(&Text::raw("("));
                growing.gap(first, true);
            }
            growing.token(&Text::raw(head));
            growing.items(&items, false);
            if bare {
                growing.word.push(")");
            } else {
                growing.gap(last, true);
                growing.token(&Text::raw(")"));
            }
            growing.written.push(after.0);
            Form {
                written: growing.written,
                word: growing.word,
            }
        },
    )
}
