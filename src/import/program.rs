//! Which programs start Lisp.

/// What a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LispProgram {
    /// SBCL.
    Sbcl,
    /// Roswell, with a script of its own or without.
    Roswell,
    /// Clack's command.
    Clackup,
    /// Another Lisp.
    OtherLisp,
    /// Make.
    Make,
    /// A script that can be imported itself.
    Script,
    /// lisplaunch.
    Lisplaunch,
    /// What changes nothing that a service could need.
    Quiet,
    /// Anything else.
    Other,
}

const OTHER_LISPS: [&str; 9] = [
    "ccl",
    "ccl64",
    "lx86cl64",
    "ecl",
    "clisp",
    "abcl",
    "alisp",
    "lispworks",
    "clasp",
];

#[rustfmt::skip]
const QUIET: [&str; 33] = [
    ":", "true", "false", "echo", "printf", "sleep", "wait", "exit", "return", "shift", "[", "[[",
    "test", "date", "trap", "kill", "cat", "tail", "yes", "break", "continue", "local", "declare",
    "readonly", "unset", "logger", "clear", "which", "command", "type", "tee", "read", "getopts",
];

/// The name of a program, without its folder.
pub(super) fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

impl LispProgram {
    /// What this word at the head of a command runs.
    pub(super) fn of(word: &str) -> Self {
        let name = base_name(word);
        match name {
            "ros" | "roswell" => LispProgram::Roswell,
            "clackup" => LispProgram::Clackup,
            "make" | "gmake" => LispProgram::Make,
            "lisplaunch" => LispProgram::Lisplaunch,
            name if OTHER_LISPS.contains(&name) => LispProgram::OtherLisp,
            name if QUIET.contains(&name) => LispProgram::Quiet,
            name if is_sbcl(name) => LispProgram::Sbcl,
            name if is_script(name) => LispProgram::Script,
            _ => LispProgram::Other,
        }
    }

    /// Whether a service can be made of it.
    pub(super) fn starts_lisp(self) -> bool {
        matches!(
            self,
            LispProgram::Sbcl | LispProgram::Roswell | LispProgram::Clackup
        )
    }
}

/// Whether it is a script by its name.
pub(super) fn is_script(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    matches!(extension, Some("sh" | "ros"))
}

/// `sbcl`, `sbcl-2.4.0`, `sbcl.sh`.
fn is_sbcl(name: &str) -> bool {
    let rest = name.strip_prefix("sbcl");
    rest.is_some_and(|rest| {
        rest.trim_end_matches(".sh")
            .chars()
            .all(|c| c.is_ascii_digit() || ".-_".contains(c))
    })
}
