//! Which features an SBCL has before anything is loaded, and what an expression of
//! `#+` says with them.

use super::token::symbol_name;

/// What every SBCL of today has. Features that come with a choice made when SBCL was
/// built are left out.
const EVERYWHERE: &[&str] = &[
    "ANSI-CL",
    "COMMON-LISP",
    "GENCGC",
    "IEEE-FLOATING-POINT",
    "PACKAGE-LOCAL-NICKNAMES",
    "SB-LDB",
    "SB-PACKAGE-LOCKS",
    "SB-THREAD",
    "SB-UNICODE",
    "SBCL",
];

/// What it has on a machine like this one.
const HERE: &[(&str, bool)] = &[
    ("UNIX", cfg!(unix)),
    ("ELF", cfg!(all(unix, not(target_os = "macos")))),
    ("LINUX", cfg!(target_os = "linux")),
    ("DARWIN", cfg!(target_os = "macos")),
    ("MACH-O", cfg!(target_os = "macos")),
    ("FREEBSD", cfg!(target_os = "freebsd")),
    ("OPENBSD", cfg!(target_os = "openbsd")),
    ("NETBSD", cfg!(target_os = "netbsd")),
    (
        "BSD",
        cfg!(any(
            target_os = "macos",
            target_os = "freebsd",
            target_os = "openbsd",
            target_os = "netbsd"
        )),
    ),
    ("X86-64", cfg!(target_arch = "x86_64")),
    ("X86", cfg!(target_arch = "x86")),
    ("ARM64", cfg!(target_arch = "aarch64")),
    ("ARM", cfg!(target_arch = "arm")),
    ("PPC64", cfg!(target_arch = "powerpc64")),
    ("RISCV", cfg!(target_arch = "riscv64")),
    ("64-BIT", cfg!(target_pointer_width = "64")),
    ("LITTLE-ENDIAN", cfg!(target_endian = "little")),
    ("BIG-ENDIAN", cfg!(target_endian = "big")),
];

/// What a feature expression says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    /// The feature is there.
    Yes,
    /// It is not.
    No,
    /// Not a feature expression, and why.
    Bad(&'static str),
}

impl Truth {
    /// What anything but a symbol or a list says.
    pub(super) const NOT_A_FEATURE: Truth = Truth::Bad("a feature is a symbol");
}

impl From<bool> for Truth {
    fn from(truth: bool) -> Self {
        if truth { Truth::Yes } else { Truth::No }
    }
}

/// What a symbol says as a feature.
pub(super) fn of_symbol(text: &str) -> Truth {
    let (package, name) = symbol_name(text);
    let keyword = package.is_none_or(|package| package.is_empty() || package == "KEYWORD");
    let known = EVERYWHERE.contains(&name.as_str()) || HERE.contains(&(name.as_str(), true));
    Truth::from(keyword && known)
}

/// The first element of a list in a feature expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    And,
    Or,
    Not,
    Other,
}

impl Operator {
    fn of_symbol(text: &str) -> Self {
        let (package, name) = symbol_name(text);
        let standard =
            package.is_none_or(|p| matches!(p.as_str(), "" | "KEYWORD" | "CL" | "COMMON-LISP"));
        match name.as_str() {
            "AND" if standard => Operator::And,
            "OR" if standard => Operator::Or,
            "NOT" if standard => Operator::Not,
            _ => Operator::Other,
        }
    }
}

/// A list in a feature expression, as far as it has been read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gathered {
    operator: Option<Operator>,
    arguments: usize,
    decided: Option<Truth>,
}

impl Gathered {
    /// Takes one more element; `symbol` is its text if it is a symbol.
    pub(super) fn add(&mut self, symbol: Option<&str>, truth: Truth) {
        let Some(operator) = self.operator else {
            self.operator = Some(symbol.map_or(Operator::Other, Operator::of_symbol));
            return;
        };
        self.arguments += 1;
        if self.decided.is_none() {
            self.decided = match (operator, truth) {
                (Operator::And, Truth::Yes) | (Operator::Or, Truth::No) => None,
                (Operator::Not, Truth::Yes) => Some(Truth::No),
                (Operator::Not, Truth::No) => Some(Truth::Yes),
                (_, decided) => Some(decided),
            };
        }
    }

    /// What the list says now that it is closed.
    pub(super) fn close(self, dotted: bool) -> Truth {
        let decided = match self.operator {
            None => return Truth::No,
            Some(Operator::Other) => {
                return Truth::Bad("its lists begin with `and`, `or` or `not`");
            }
            Some(Operator::Not) if self.arguments != 1 => {
                return Truth::Bad("`not` takes one feature");
            }
            Some(Operator::And) => self.decided.unwrap_or(Truth::Yes),
            Some(Operator::Or | Operator::Not) => self.decided.unwrap_or(Truth::No),
        };
        let excused = self.operator == Some(Operator::And) && decided == Truth::No;
        if dotted && !excused {
            Truth::Bad("a dotted list is none")
        } else {
            decided
        }
    }
}
