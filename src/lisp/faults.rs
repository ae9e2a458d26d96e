//! Everything that can be wrong with a form, and the message for it.

use std::ops::Range;

use super::{Fault, FaultKind};
use crate::problem::shown;

/// What is wrong, with the text that the message shows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wrong<'a> {
    /// A NUL byte.
    Nul,
    /// So many parentheses are open at the end; the place is the innermost.
    OpenList(usize),
    /// No second `"`.
    OpenString,
    /// No second `|`.
    OpenBars,
    /// No `|#`.
    OpenComment,
    /// A `\` and nothing else.
    TrailingEscape,
    /// The text ends after `'`, `#+x` and the like.
    EndAfter(&'a str),
    /// A `)` comes after it.
    CloseAfter(&'a str),
    /// The text ends after a package marker.
    EndAfterColon(&'a str),
    /// A package marker is the last of a token.
    ColonAtEnd(&'a str),
    /// Package markers that make no symbol.
    TooManyColons(&'a str),
    /// A `)` without its `(`.
    UnmatchedClose,
    /// A comma that belongs to no backquote.
    CommaOutside(&'a str),
    /// A spliced comma directly in a backquote.
    SpliceAtTop,
    /// A spliced comma after a dot.
    SpliceAfterDot,
    /// No datum before the dot.
    DotFirst,
    /// No datum after it.
    DotLast,
    /// More than one after it.
    AfterDot,
    /// A dot outside a list.
    LoneDot,
    /// A token of dots.
    ManyDots(&'a str),
    /// A character that the reader refuses.
    InvalidCharacter(&'a str),
    /// A ratio that divides by zero.
    DividedByZero(&'a str),
    /// `#<`, `#)`, `# `.
    IllegalHash(&'a str),
    /// `#r`, `#=` or `##` without its number.
    NoNumber(&'a str),
    /// `#37r`.
    BadRadix(&'a str),
    /// No rational number after `#x`.
    NotRational(&'a str),
    /// No string after `#p`.
    NotAPath(&'a str),
    /// No list of two numbers after `#c`.
    NotComplex,
    /// No list after `#s`.
    NotAStructure,
    /// No list after `#A`.
    NotAnArray,
    /// A dotted vector.
    DottedVector,
    /// A vector with another number of elements than it says.
    VectorLength(&'a str),
    /// Bits other than 0 and 1.
    NotBits(&'a str),
    /// Another number of bits than it says.
    BitLength(&'a str),
    /// A package marker after `#:`.
    QualifiedUninterned(&'a str),
    /// A number after `#:`.
    NumericUninterned(&'a str),
    /// `#1#` without `#1=`.
    UndefinedLabel(&'a str),
    /// A second `#1=`.
    LabelTwice(&'a str),
    /// `#1=#1#`.
    LabelsItself(&'a str),
    /// No feature expression after `#+`, and why.
    BadFeature(&'a str, &'a str),
    /// Nested too deep for the stack of SBCL.
    TooDeep(usize),
    /// A second form.
    SecondForm,
    /// A keyword, a number or a string where something is to be done.
    NotACall(&'a str, &'a str),
    /// No form at all.
    Empty,
    /// Only forms that `#+` or `#-` hides: the expression and the form.
    Hidden(&'a str),
    /// A value that would become something else than one token: its variable, itself, why.
    Value(&'a str, &'a str, &'static str),
    /// A variable after an escape or a `#`.
    VariableAfter(&'a str, &'static str),
    /// A dispatch macro that the standard lacks.
    UnknownMacro(&'a str),
    /// The variable of this name where a function is named, or what is evaluated while it is read.
    Operator(&'a str),
    /// A variable after such a macro, which may read its value by rules of its own.
    VariableAfterMacro,
    /// An unknown character name.
    UnknownCharacter(&'a str),
}

impl Wrong<'_> {
    /// The fault, at a range of the text as written.
    pub(super) fn at(self, at: Range<usize>) -> Fault {
        let (message, label, help) = self.text();
        Fault {
            kind: self.kind(),
            message,
            at,
            label,
            help: (!help.is_empty()).then_some(help),
        }
    }

    fn kind(self) -> FaultKind {
        match self {
            Wrong::OpenList(_)
            | Wrong::OpenString
            | Wrong::OpenBars
            | Wrong::OpenComment
            | Wrong::TrailingEscape
            | Wrong::EndAfter(_)
            | Wrong::EndAfterColon(_) => FaultKind::Incomplete,
            Wrong::Empty | Wrong::Hidden(_) => FaultKind::Empty,
            _ => FaultKind::Invalid,
        }
    }

    /// Message, label and help.
    #[rustfmt::skip]
    fn text(self) -> (String, String, String) {
        match self {
            Self::OpenList(1) => say("`(` is not closed", "opened here", "add the missing `)`"),
            Self::OpenList(open) => say(format!("{open} parentheses are not closed"), "the last of them", format!("add the missing `{}`", ")".repeat(open.min(8)))),
            Self::OpenString => say("the string is not closed", "opened here", "add the missing `\"`; a `\"` within the string is written `\\\"`"),
            Self::OpenBars => say("`|` is not closed", "opened here", "add the missing `|`"),
            Self::OpenComment => say("the comment is not closed", "opened here", "add the missing `|#`; such comments nest"),
            Self::TrailingEscape => say("`\\` has nothing after it", "escapes the next character", ""),
            Self::EndAfter(text) | Self::CloseAfter(text) => say(format!("`{}` has nothing after it", shown(text)), "needs one form after it", ""),
            Self::EndAfterColon(text) | Self::ColonAtEnd(text) => say(
                format!("`{}` has a package but no name", shown(text)),
                "a name is missing after the colon", "write `package:name`, without blanks",
            ),
            Self::UnmatchedClose => say("`)` closes nothing", "no `(` is open here", "remove it, or add the missing `(`"),
            Self::Nul => say("a NUL byte cannot be in a form", "", "a command line cannot hold it"),
            Self::TooManyColons(text) => say(
                format!("`{}` has too many colons", shown(text)),
                "not a symbol", "write `package:name`, or `package::name` for a symbol that is not exported",
            ),
            Self::CommaOutside(text) => say(
                format!("`{}` is outside a backquote", shown(text)),
                "belongs to no backquote", "separate the elements of a list by blanks, or put a backquote before the list",
            ),
            Self::SpliceAtTop => say("`,@` has no list to be spliced into", "", "put it inside a list, or write `,`"),
            Self::SpliceAfterDot => say("`,@` cannot come after a dot", "", "write `,`"),
            Self::DotFirst => say("nothing comes before the dot", "", "write `(a . b)`, or remove the dot"),
            Self::DotLast => say("nothing comes after the dot", "", "write `(a . b)`, or remove the dot"),
            Self::AfterDot => say("more than one datum comes after the dot", "one too many", "write `(a . b)`, or remove the dot"),
            Self::LoneDot => say("a dot is on its own", "only a list can hold a dot, before its last datum", ""),
            Self::ManyDots(text) => say(format!("`{}` is not a symbol", shown(text)), "only dots", format!("escape it if it is meant: `|{}|`", shown(text))),
            Self::InvalidCharacter(text) => say(format!("`{}` cannot be in a symbol", shown(text)), "a control character", "remove it"),
            Self::IllegalHash("#<") => say("`#<` cannot be read", "not readable by design", "so an object without a notation is printed; write a form that makes it"),
            Self::IllegalHash(text) => say(format!("`{}` cannot be read", shown(text)), "nothing can begin so", "remove the `#`, or complete what it begins"),
            Self::VariableAfter(name, after) => say(
                format!("`${{{}}}` comes directly after {after}", shown(name)),
                "would change what the form means", "put a blank between them, or write the text out",
            ),
            Self::Value(name, value, why) => say(
                format!("the value of `${{{}}}` must be one Lisp token", shown(name)),
                format!("`{}` {why}", shown(value)), format!("if text is meant, write it as a string: `\"${{{}}}\"`", shown(name)),
            ),
            Self::DividedByZero(text) => say(format!("`{}` divides by zero", shown(text)), "not a number", ""),
            Self::NoNumber(text) => say(format!("`{}` needs a number", shown(text)), "the number is missing", "write it between the `#` and the letter or sign"),
            Self::BadRadix(text) => say(format!("`{}` has no such base", shown(text)), "2 to 36", ""),
            Self::NotRational(text) => say(format!("`{}` needs an integer or a ratio in its base", shown(text)), "not such a number", ""),
            Self::NotAPath(text) => say(format!("`{}` needs a string", shown(text)), "not a string", "write `#p\"/path\"`"),
            Self::NotComplex => say("`#c` needs two real numbers", "not two numbers", "write `#c(1 2)`"),
            Self::NotAStructure => say("`#s` needs a list that begins with a structure's name", "not such a list", "write `#s(name :slot value)`"),
            Self::NotAnArray => say("`#a` needs its number of dimensions", "the number is missing", "write `#2a((1 2) (3 4))`"),
            Self::DottedVector => say("a vector cannot have a dot", "", "remove the dot"),
            Self::VectorLength(text) => say(format!("`{}…)` holds another number of elements", shown(text)), "the number says how many there may be", ""),
            Self::NotBits(text) => say(format!("`{}` holds more than bits", shown(text)), "only 0 and 1", ""),
            Self::BitLength(text) => say(format!("`{}` holds another number of bits", shown(text)), "the number says how many there may be", ""),
            Self::QualifiedUninterned(text) => say(format!("`{}` names a package", shown(text)), "a symbol after `#:` has none", "remove the `#:`, or the package"),
            Self::NumericUninterned(text) => say(format!("`{}` is not a symbol", shown(text)), "a number", ""),
            Self::UndefinedLabel(text) => say(format!("`{}` refers to nothing", shown(text)), "no such label before it", ""),
            Self::LabelTwice(text) => say(format!("`{}` is there twice", shown(text)), "the second", ""),
            Self::LabelsItself(text) => say(format!("`{}` labels only itself", shown(text)), "", ""),
            Self::BadFeature(text, why) => say(format!("`{}` is not a feature expression", shown(text)), why, "write a feature, or `(and …)`, `(or …)`, `(not …)`"),
            Self::UnknownCharacter(text) => say(
                format!("`{}` may be no character", shown(text)),
                "no such name is known", "write `#\\Space`, `#\\Newline`, or one character after `#\\`",
            ),
            Self::TooDeep(limit) => say(format!("the form is nested more than {limit} deep"), "too deep here", "sbcl cannot read it either"),
            Self::SecondForm => say("found a second form where one is expected", "the second form", "write a list with one form each, or put them into one `(progn …)`"),
            Self::NotACall(text, kind) => say(
                format!("`{}` is not a call", shown(text)),
                format!("{kind} does nothing when it is evaluated"), "write a function and its arguments: `(package:function …)`",
            ),
            Self::Hidden(text) => say(
                format!("no form is left: a plain sbcl skips `{}`", shown(text)),
                "skipped", format!("if something loaded before it adds the feature, write `(progn {})`", shown(text)),
            ),
            Self::UnknownMacro(text) => say(
                format!("`{}` is not a standard macro character", shown(text)),
                "cannot be checked", "a readtable with it must be in force when the form is read",
            ),
            Self::VariableAfterMacro => say(
                "a variable cannot follow a macro character that is not standard",
                "what it would become is not known", "bind the value first, as in `(let ((x ${NAME})) …)`",
            ),
            Self::Operator(name) => say(
                format!("`${{{}}}` is used where code is expected", shown(name)),
                "a variable stands for data",
                format!("write the name out; `(funcall '${{{}}})` calls what a variable names", shown(name)),
            ),
            Self::Empty => say("no form is here", "", "write a form: `(package:function …)`"),
        }
    }
}

fn say(
    message: impl Into<String>,
    label: impl Into<String>,
    help: impl Into<String>,
) -> (String, String, String) {
    (message.into(), label.into(), help.into())
}
