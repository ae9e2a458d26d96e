//! Makefiles that GNU make (3.81 to 4.4) and BSD make read alike.
//!
//! Rules: POSIX, make: a recipe line goes to the shell once `$` is expanded, so a word is
//! spelt by [`sh`] first, on one line, and each `$` of that is doubled. A newline could not
//! stay as backslash-newline: inside quotes GNU make keeps it, BSD make makes it a blank.
//! The names that are taken come from both programs' own listings.
//!
//! A recipe looks like this; a line must not begin with a word, since make takes `@`, `-`
//! and `+` there for itself:
//!
//! ```make
//! target:
//!     @PRELUDEcd DIRECTORY && exec \
//!       PROGRAM \
//!       --eval '(…)'
//! ```

use super::sh::{self, Newline};
use super::{Dialect, Printed, Refusal, comment, limit, name};
use crate::word::{LONGEST, Piece, Word};

/// The language of a Makefile.
#[derive(Clone, Copy, Debug)]
pub struct Make;

/// The bytes of a recipe beside its words: the prelude, `cd`, `exec env`, and the like.
const RECIPE: usize = 1024;

/// The bytes between two words, at most: a blank, backslash-newline and the indentation.
const BETWEEN: usize = 8;

/// What must stand before a command with these words, at the head of its recipe line;
/// empty when nothing must.
///
/// Ask it with every word on the line, the directory and the values of the environment
/// too: it also knows whether they are too much for one line together.
///
/// # Errors
/// When the whole line is longer than what a shell can be started with.
pub fn prelude(words: &[Word]) -> Result<String, Refusal> {
    fits(words)?;
    let newline = words.iter().any(|word| word.resolved().contains('\n'));
    Ok(if newline {
        escape(sh::PRELUDE)
    } else {
        String::new()
    })
}

/// Whether make knows a variable of this name already: then `NAME ?= 1` is void.
///
/// Besides the variables of make itself these are the ones that every login environment
/// sets, whose value would win over `?=`.
pub fn reserved(name: &str) -> bool {
    name.starts_with('.') || RESERVED.binary_search(&name).is_ok()
}

/// Refuses words that are too long, or too much for one recipe line.
fn fits<'a>(words: impl IntoIterator<Item = &'a Word>) -> Result<(), Refusal> {
    let mut length = RECIPE;
    for word in words {
        limit::check(&word.resolved())?;
        length += sh::line([word], Newline::Variable).resolved().len() + BETWEEN;
    }
    if length <= LONGEST {
        return Ok(());
    }
    Err(Refusal {
        message: format!(
            "a Makefile cannot hold a command of {length} bytes: its shell receives it as one \
             word, and the system takes at most {LONGEST}"
        ),
        help: "put the long forms into a file and load that".to_owned(),
    })
}

/// A line of shell, as it stands in a recipe.
fn recipe(line: &Word) -> String {
    line.pieces()
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => escape(text),
            Piece::Variable(variable) => format!("$({})", variable.name),
        })
        .collect()
}

/// Text that make shall not expand.
fn escape(text: &str) -> String {
    text.replace('$', "$$")
}

/// The value of `NAME ?= value`: make takes blanks, `#` and `$` in it by rules that
/// differ, and only integers are ever kept in variables.
fn integer(word: &Word) -> Result<String, Refusal> {
    let value = word.resolved();
    let digits = value.strip_prefix('-').unwrap_or(&value);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(value);
    }
    Err(Refusal {
        message: format!(
            "a variable of a Makefile cannot hold `{}`: only integers are read alike by every make",
            value.escape_debug()
        ),
        help: "write the text into the command itself".to_owned(),
    })
}

impl Dialect for Make {
    fn spell(&self, value: &Printed) -> Result<String, Refusal> {
        match value {
            Printed::Words(words) => {
                fits(words)?;
                Ok(recipe(&sh::line(words, Newline::Variable)))
            }
            Printed::Environment(variables) => {
                let line = sh::environment(variables, Newline::Variable)?;
                fits(variables.iter().map(|(_, value)| value))?;
                Ok(recipe(&line))
            }
            Printed::Setting(word) => integer(word),
            Printed::Comment(text) => Ok(comment::one_line(text)),
            Printed::Bare(text) => name::bare(text),
            Printed::Own(spell, words) => spell(words),
        }
    }
}

/// The names that GNU make and BSD make (with the files it reads first) define or treat
/// specially, and those that every login environment sets. Sorted.
const RESERVED: &[&str] = &[
    "AFLAGS",
    "AR",
    "ARFLAGS",
    "AS",
    "ASFLAGS",
    "CC",
    "CFLAGS",
    "CO",
    "COFLAGS",
    "CPP",
    "CPPFLAGS",
    "CTANGLE",
    "CURDIR",
    "CWEAVE",
    "CXX",
    "CXXFLAGS",
    "CXX_SUFFIXES",
    "DBG",
    "DEFAULT_SUFFIXES",
    "F77",
    "F77FLAGS",
    "FC",
    "FFLAGS",
    "FORTRAN",
    "GET",
    "GFLAGS",
    "GNUMAKEFLAGS",
    "GPATH",
    "HOME",
    "HOST_MACHINE",
    "HOST_OS",
    "HOST_OSMAJOR",
    "HOST_OSTYPE",
    "HOST_TARGET",
    "HOST_TARGET32",
    "IFS",
    "LANG",
    "LD",
    "LDFLAGS",
    "LDLIBS",
    "LEX",
    "LFLAGS",
    "LIBCRT0",
    "LINT",
    "LINTFLAGS",
    "LOADLIBES",
    "LOGNAME",
    "M2C",
    "MACHINE",
    "MACHINE_ARCH",
    "MACHINE_CPU",
    "MACHINE_MULTIARCH",
    "MAKE",
    "MAKECMDGOALS",
    "MAKEFILE",
    "MAKEFILES",
    "MAKEFILE_LIST",
    "MAKEFLAGS",
    "MAKEINFO",
    "MAKELEVEL",
    "MAKEOBJDIR",
    "MAKEOBJDIRPREFIX",
    "MAKEOVERRIDES",
    "MAKESHELL",
    "MAKESYSPATH",
    "MAKE_COMMAND",
    "MAKE_HOST",
    "MAKE_PRINT_VAR_ON_ERROR",
    "MAKE_RESTARTS",
    "MAKE_SAVE_DOLLARS",
    "MAKE_SHELL",
    "MAKE_TERMERR",
    "MAKE_TERMOUT",
    "MAKE_VERSION",
    "MFLAGS",
    "MK_AUTO_OBJ",
    "MK_DEP",
    "MK_DIRDEPS_BUILD",
    "MK_DIRDEPS_CACHE",
    "MK_META_MODE",
    "MK_STAGING",
    "M_L_TARGETS",
    "M_ListToMatch",
    "M_ListToSkip",
    "M_P2V",
    "M_cmpv",
    "M_tA",
    "M_type",
    "M_whence",
    "Mkdirs",
    "NEED_SOLINKS",
    "NM",
    "OBJC",
    "OBJCFLAGS",
    "OLDPWD",
    "OPTIONS_DEFAULT_DEPENDENT",
    "OPTIONS_DEFAULT_NO",
    "OPTION_PREFIX",
    "OS",
    "OUTPUT_OPTION",
    "PATH",
    "PC",
    "PFLAGS",
    "PWD",
    "RANLIB",
    "RFLAGS",
    "RM",
    "ROOT_GROUP",
    "SCCSFLAGS",
    "SCCSGETFLAGS",
    "SHELL",
    "STATIC",
    "SUFFIXES",
    "SYS_OS_MK",
    "TANGLE",
    "TERM",
    "TEX",
    "TEXI2DVI",
    "TMPDIR",
    "TR",
    "USER",
    "VPATH",
    "WEAVE",
    "YACC",
    "YFLAGS",
    "_DEBUG_MAKE_DIRS",
    "_DEBUG_MAKE_FLAGS",
    "_DEBUG_MAKE_SYS_DIRS",
    "_HOST_ARCH",
    "_HOST_ARCH32",
    "_HOST_MACHINE",
    "_HOST_OSNAME",
    "_HOST_OSREL",
    "_PARSEDIR",
    "_TARGETS",
    "_sys_mk",
    "_this",
    "host_os",
    "toLower",
    "toUpper",
    "unix",
];
