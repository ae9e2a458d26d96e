//! The dispatch macros: what begins with `#`.

use super::super::faults::Wrong;
use super::super::output::VariableContext;
use super::super::source::TextUnit;
use super::super::{Fault, token};
use super::{Atom, Lexeme, Lexer, LexerState, Opener, Prefix};

impl Lexer<'_, '_> {
    /// What begins with `#`, at `start`, but for comments.
    pub(super) fn dispatch(&mut self, start: usize, state: LexerState) -> Result<Lexeme, Fault> {
        self.bump();
        let number_start = self.cursor.pos;
        while matches!(self.peek(), TextUnit::Char('0'..='9')) {
            self.bump();
        }
        let digits = self.since(number_start);
        let argument = (!digits.is_empty()).then(|| digits.parse::<u64>().unwrap_or(u64::MAX));
        match self.peek() {
            TextUnit::End => Err(self.fault(start, Wrong::EndAfter)),
            TextUnit::Hole(number) => Err(self.variable_after(number, "`#`")),
            TextUnit::Char('"') => {
                // The string is read as one, so that its text is not taken for code.
                let string = self.cursor;
                self.bump();
                self.unknown(start);
                self.cursor = string;
                Ok(Lexeme::Unknown(true))
            }
            TextUnit::Char(c) => {
                self.bump();
                self.dispatched(start, c.to_ascii_lowercase(), argument, state)
            }
        }
    }

    fn dispatched(
        &mut self,
        start: usize,
        sub: char,
        argument: Option<u64>,
        state: LexerState,
    ) -> Result<Lexeme, Fault> {
        match sub {
            '\'' => Ok(Lexeme::Prefix(Prefix::Function)),
            '.' => Ok(Lexeme::Prefix(Prefix::Eval)),
            '+' | '-' => Ok(Lexeme::Prefix(Prefix::Feature(sub == '+'))),
            'p' => Ok(Lexeme::Prefix(Prefix::Path)),
            'c' => Ok(Lexeme::Prefix(Prefix::Complex)),
            'a' => Ok(Lexeme::Prefix(Prefix::Array(argument.is_some()))),
            '(' => {
                let length = argument.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
                Ok(Lexeme::Open(Opener::Vector(length)))
            }
            '\\' => self.character(start, state),
            's' => self.structure(start, state),
            ':' | '*' | 'b' | 'o' | 'x' | 'r' if state.suppressed => {
                self.scan(false)?;
                Ok(Lexeme::Atom(Atom::Other))
            }
            'b' => Ok(Lexeme::Prefix(Prefix::Radix(2))),
            'o' => Ok(Lexeme::Prefix(Prefix::Radix(8))),
            'x' => Ok(Lexeme::Prefix(Prefix::Radix(16))),
            'r' => self.radix(start, argument),
            ':' => self.uninterned(start, state),
            '*' => self.bits(start, argument),
            '=' | '#' => self.label(start, sub, argument, state),
            ')' | '<' | ' ' | '\t' | '\n' | '\x0c' | '\r' | '\x08' => {
                Err(self.fault(start, Wrong::IllegalHash))
            }
            _ => Ok(self.unknown(start)),
        }
    }

    fn character(&mut self, start: usize, state: LexerState) -> Result<Lexeme, Fault> {
        let name_start = self.cursor.pos;
        let variables = self.cursor.hole;
        match self.peek() {
            TextUnit::End => {
                return Err(self
                    .source
                    .fault(start..self.cursor.pos, Wrong::TrailingEscape));
            }
            TextUnit::Char(_) => self.bump(),
            TextUnit::Hole(number) => {
                self.glued(number)?;
                self.pass(number, VariableContext::Token);
            }
        }
        let scan = self.scan(false)?;
        let name = self.since(name_start);
        if !state.suppressed && !scan.escaped && !token::may_name_character(name) {
            if let Some(number) = (variables..self.cursor.hole).next() {
                return Err(self.value_fault(number, "names no character"));
            }
            self.warnings
                .push(self.fault(start, Wrong::UnknownCharacter));
        }
        Ok(Lexeme::Atom(Atom::Character))
    }

    fn structure(&mut self, start: usize, state: LexerState) -> Result<Lexeme, Fault> {
        match self.peek() {
            _ if state.suppressed => Ok(Lexeme::Prefix(Prefix::Any)),
            TextUnit::End => Err(self.fault(start, Wrong::EndAfter)),
            TextUnit::Char('(') => Ok(self.take(Lexeme::Open(Opener::Structure))),
            _ => Err(self.fault(start, |_| Wrong::NotAStructure)),
        }
    }

    fn radix(&mut self, start: usize, argument: Option<u64>) -> Result<Lexeme, Fault> {
        match argument.map(u32::try_from) {
            None => Err(self.fault(start, Wrong::NoNumber)),
            Some(Ok(radix @ 2..=36)) => Ok(Lexeme::Prefix(Prefix::Radix(radix))),
            Some(_) => Err(self.fault(start, Wrong::BadRadix)),
        }
    }

    fn uninterned(&mut self, start: usize, state: LexerState) -> Result<Lexeme, Fault> {
        let scan = self.scan(false)?;
        if scan.colons.count > 0 {
            return Err(self.fault(start, Wrong::QualifiedUninterned));
        }
        if !scan.escaped && token::is_integer(self.since(scan.start), state.radix) {
            return Err(self.fault(start, Wrong::NumericUninterned));
        }
        Ok(Lexeme::Atom(Atom::Uninterned))
    }

    fn bits(&mut self, start: usize, argument: Option<u64>) -> Result<Lexeme, Fault> {
        let scan = self.scan(false)?;
        let bits = self.since(scan.start);
        if scan.escaped || !bits.bytes().all(|bit| matches!(bit, b'0' | b'1')) {
            return Err(self.fault(start, Wrong::NotBits));
        }
        match argument {
            Some(length) if bits.len() as u64 > length || (length > 0 && bits.is_empty()) => {
                Err(self.fault(start, Wrong::BitLength))
            }
            _ => Ok(Lexeme::Atom(Atom::Other)),
        }
    }

    fn label(
        &mut self,
        start: usize,
        sub: char,
        argument: Option<u64>,
        state: LexerState,
    ) -> Result<Lexeme, Fault> {
        match argument {
            _ if state.suppressed && sub == '=' => Ok(Lexeme::Nothing),
            _ if state.suppressed => Ok(Lexeme::Atom(Atom::Other)),
            None => Err(self.fault(start, Wrong::NoNumber)),
            Some(label) if sub == '=' => Ok(Lexeme::Prefix(Prefix::Label(label))),
            Some(label) => Ok(Lexeme::Atom(Atom::Reference(label))),
        }
    }

    /// Such a macro is held to take what is written directly after it.
    fn unknown(&mut self, start: usize) -> Lexeme {
        self.warnings.push(self.fault(start, Wrong::UnknownMacro));
        let alone = match self.peek() {
            TextUnit::End => true,
            TextUnit::Char(c) => token::is_blank(c) || c == ')',
            TextUnit::Hole(_) => false,
        };
        Lexeme::Unknown(!alone)
    }
}
