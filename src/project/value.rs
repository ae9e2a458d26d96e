//! A leaf of the project file with its variables resolved.

use std::ops::Range;

use super::reference::{self, Fallback, Reference, Segment, SegmentKind};
use super::variables::{Missing, REPLICA, Unset, Variables, is_integer};
use crate::lisp::{Part, PartOrigin};
use crate::problem::{Problem, shown};
use crate::word::{Piece, Variable, Word};

/// The text of a leaf in pieces, each with the place that it was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value(Vec<ValuePart>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct ValuePart {
    /// Bytes of the leaf's text as written.
    at: Range<usize>,
    text: PartText,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PartText {
    Written(String),
    Substituted(Variable),
    Kept(Variable),
}

/// Why a leaf has no value; the range is in bytes of its text as written.
#[derive(Debug)]
pub struct Unresolved {
    /// The problem, still without its location.
    pub problem: Problem,
    /// Where.
    pub at: Range<usize>,
}

impl Value {
    /// Resolves the variables in `text`, or reports all that have no value.
    pub fn resolve(text: &str, variables: &Variables) -> Result<Self, Vec<Unresolved>> {
        let segments = reference::parse(text).map_err(|error| {
            vec![Unresolved {
                problem: Problem::error(error.message).help(error.help),
                at: error.at,
            }]
        })?;
        let mut parts = Vec::new();
        let mut unresolved = Vec::new();
        for segment in segments {
            match resolve_segment(segment, variables) {
                Ok(part) => parts.push(part),
                Err(error) => unresolved.push(error),
            }
            if variables.allowance.is_exceeded() {
                break;
            }
        }
        if unresolved.is_empty() {
            Ok(Value(parts))
        } else {
            Err(unresolved)
        }
    }

    /// The text that every consumer without variables gets.
    pub fn text(&self) -> String {
        self.0.iter().map(|part| part.text.resolved()).collect()
    }

    /// The text as a word, integer variables kept.
    pub fn word(&self) -> Word {
        self.0
            .iter()
            .map(|part| match &part.text {
                PartText::Kept(variable) => Piece::Variable(variable.clone()),
                other => Piece::Text(other.resolved().to_owned()),
            })
            .collect()
    }

    /// The text as the Lisp reader takes it.
    pub fn lisp_parts(&self) -> Vec<Part<'_>> {
        self.0
            .iter()
            .map(|part| Part {
                text: part.text.resolved(),
                at: part.at.clone(),
                origin: match &part.text {
                    PartText::Written(_) => PartOrigin::Written,
                    PartText::Substituted(variable) => PartOrigin::Value(&variable.name),
                    PartText::Kept(variable) => PartOrigin::Kept(variable),
                },
            })
            .collect()
    }

    /// The variables that made it, with their values.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.0.iter().filter_map(|part| match &part.text {
            PartText::Written(_) => None,
            PartText::Substituted(variable) | PartText::Kept(variable) => Some(variable),
        })
    }
}

impl PartText {
    fn resolved(&self) -> &str {
        match self {
            PartText::Written(text) => text,
            PartText::Substituted(variable) | PartText::Kept(variable) => &variable.value,
        }
    }
}

fn resolve_segment(segment: Segment, variables: &Variables) -> Result<ValuePart, Unresolved> {
    let at = segment.at;
    let text = match segment.kind {
        SegmentKind::Literal(text) => PartText::Written(text),
        SegmentKind::Reference(reference) => {
            let value = look_up(&reference, &at, variables)?;
            let integer = variables.integers.contains(&reference.name);
            if integer && !is_integer(&value) {
                return Err(not_an_integer(&reference.name, &value, at));
            }
            let variable = Variable {
                name: reference.name,
                value,
            };
            if integer {
                variables.keep(&variable);
                PartText::Kept(variable)
            } else {
                PartText::Substituted(variable)
            }
        }
    };
    Ok(ValuePart { at, text })
}

fn look_up(
    reference: &Reference,
    at: &Range<usize>,
    variables: &Variables,
) -> Result<String, Unresolved> {
    let name = &reference.name;
    let found = match variables.get(name) {
        Err(Missing::NotUtf8) => {
            return Err(Unresolved {
                problem: Problem::error(format!(
                    "the variable `{name}` is set to bytes that are not UTF-8"
                )),
                at: at.clone(),
            });
        }
        Err(Missing::Alike) => {
            return Err(Unresolved {
                problem: Problem::error(format!(
                    "`${{{name}}}` is another number in each replica, and here all replicas are equal"
                ))
                .help("each has an address of its own here, so one port does for all of them")
                .help("write the value that all have into a profile, and lay it over the file: `-p NAME`"),
                at: at.clone(),
            });
        }
        Ok(value) => Some(value),
        Err(Missing::Unset) => None,
    };
    let copied = |value: &str| match variables.allowance.take(value.len()) {
        Ok(()) => Ok(value.to_owned()),
        Err(problem) => Err(Unresolved {
            problem,
            at: at.clone(),
        }),
    };
    match (&reference.fallback, found) {
        (Fallback::None, Some(value)) => copied(value),
        (_, Some(value)) if !value.is_empty() => copied(value),
        (Fallback::Default(segments), _) => {
            let value = resolve_default(segments, at, variables)?;
            if segments.iter().any(|segment| is_unset(segment, variables)) {
                variables.unset.accept(name);
            }
            Ok(value)
        }
        _ if variables.unset.accept(name) => Ok(Unset::PLACEHOLDER.to_owned()),
        (Fallback::Message(message), _) => Err(Unresolved {
            problem: Problem::error(format!("the variable `{name}` is not set: {message}")).help(
                format!("set it in the environment, or with `--set {name}=VALUE`"),
            ),
            at: at.clone(),
        }),
        (Fallback::None, None) if name == REPLICA => Err(Unresolved {
            problem: Problem::error(format!("the variable `{name}` is not set"))
                .help("services with `replicas` have it: `replicas: 1` is enough"),
            at: at.clone(),
        }),
        (Fallback::None, None) => Err(Unresolved {
            problem: Problem::error(format!("the variable `{name}` is not set")).help(format!(
                "set it in the environment or with `--set {name}=VALUE`, \
                 or give it a default: `${{{name}:-default}}`"
            )),
            at: at.clone(),
        }),
    }
}

fn is_unset(segment: &Segment, variables: &Variables) -> bool {
    match &segment.kind {
        SegmentKind::Literal(_) => false,
        SegmentKind::Reference(reference) => variables.unset.has(&reference.name),
    }
}

fn resolve_default(
    segments: &[Segment],
    at: &Range<usize>,
    variables: &Variables,
) -> Result<String, Unresolved> {
    segments
        .iter()
        .map(|segment| match &segment.kind {
            SegmentKind::Literal(text) => Ok(text.clone()),
            SegmentKind::Reference(reference) => look_up(reference, at, variables),
        })
        .collect()
}

fn not_an_integer(name: &str, value: &str, at: Range<usize>) -> Unresolved {
    Unresolved {
        problem: Problem::error(format!("the variable `{name}` must be an integer"))
            .label(format!("it is `{}`", shown(value)))
            .help("its default is an integer, so nothing else is accepted"),
        at,
    }
}
