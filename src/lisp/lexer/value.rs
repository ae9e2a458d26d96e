//! Variables: a value is held to be one token and no more.

use super::super::faults::Wrong;
use super::super::output::VariableContext;
use super::super::source::{FormText, TextUnit};
use super::super::{Fault, Part, PartOrigin, token};
use super::{Atom, Lexeme, Lexer, LexerState};

impl Lexer<'_, '_> {
    /// Whether the variable at the cursor has no part of a token directly after it.
    pub(super) fn stands_alone(&self) -> bool {
        match self.source.peek(self.source.after(self.cursor)) {
            TextUnit::End => true,
            TextUnit::Char(c) => token::is_delimiter(c),
            TextUnit::Hole(_) => false,
        }
    }

    /// A variable that is a token by itself.
    pub(super) fn variable(&mut self, number: usize) -> Result<Lexeme, Fault> {
        let value = self.source.value(number);
        let lexeme = lone_token(value).map_err(|why| self.value_fault(number, why))?;
        self.pass(number, VariableContext::Token);
        Ok(lexeme)
    }

    /// Refuses a value that may not be a piece of a token.
    pub(super) fn glued(&self, number: usize) -> Result<(), Fault> {
        let value = self.source.value(number);
        let why = if value.is_empty() {
            "is empty"
        } else if value.chars().all(token::is_plain) {
            return Ok(());
        } else {
            "is glued to a token and not made of plain characters"
        };
        Err(self.value_fault(number, why))
    }

    /// Refuses a variable because of its value.
    pub(super) fn value_fault(&self, number: usize, why: &'static str) -> Fault {
        let hole = self.source.hole(number);
        Wrong::Value(hole.name(), self.source.value(number), why).at(hole.at.clone())
    }

    /// Refuses a variable because of what comes before it.
    pub(super) fn variable_after(&self, number: usize, after: &'static str) -> Fault {
        let hole = self.source.hole(number);
        Wrong::VariableAfter(hole.name(), after).at(hole.at.clone())
    }
}

/// The token that a variable's value is, all of it.
///
/// # Errors
/// When it is something else; the error says what.
fn lone_token(value: &str) -> Result<Lexeme, &'static str> {
    let part = Part {
        text: value,
        at: 0..value.len(),
        origin: PartOrigin::Written,
    };
    if value.is_empty() {
        return Err("is empty");
    }
    let source = FormText::new(&[part]).map_err(|_| "is not a token")?;
    let mut lexer = Lexer::new(&source);
    let token = lexer
        .next(LexerState::default())
        .map_err(|_| "is not a token")?;
    let allowed = matches!(
        token.lexeme,
        Lexeme::Atom(
            Atom::Symbol(_) | Atom::Keyword | Atom::Number | Atom::String | Atom::Character
        )
    );
    if !token.gap.range.is_empty() {
        Err("begins with a blank or a comment")
    } else if !allowed || !lexer.warnings.is_empty() {
        Err("is not a token")
    } else if token.range.end < value.len() {
        Err("is more than a token")
    } else {
        Ok(token.lexeme)
    }
}
