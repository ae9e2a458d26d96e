//! Makefiles that GNU make (3.81 to 4.4) and BSD make read alike.
//!
//! Rules: POSIX, make: a recipe line goes to the shell once `$` is expanded, so a word is
//! spelt by [`sh`] first, on one line, and each `$` of that is doubled. A newline could not
//! stay as backslash-newline: inside quotes GNU make keeps it, BSD make makes it a blank.
//! The names that are taken come from both programs' own listings.
//!
//! Variables are left to the shell. Both makes hand their environment on as it is, and what
//! their command line sets; but would expand what is written in it, and put it into the
//! recipe as it is, wherever a Makefile names the variable itself.
//!
//! A recipe looks like this; a line must not begin with a word, since make takes `@`, `-`
//! and `+` there for itself:
//!
//! ```make
//! target:
//!     @PRELUDENAME=$${NAME:-INTEGER}; … cd DIRECTORY && exec \
//!       PROGRAM \
//!       --eval '(…)'
//! ```

use std::collections::BTreeSet;

use super::sh;
use super::{Dialect, Printed, Refusal, comment, limit, misplaced, name};
use crate::word::{LONGEST, Variable, Word};

/// The language of a Makefile.
#[derive(Clone, Copy, Debug)]
pub struct Make;

/// The bytes of a recipe beside its words: the prelude, `cd`, `exec env`, and the like.
const RECIPE: usize = 1024;

/// The bytes of a recipe for each variable, besides its name: that it is an integer.
const VARIABLE: usize = 256;

/// The bytes between two words, at most: a blank, backslash-newline and the indentation.
const BETWEEN: usize = 8;

/// What must come before a command with these words, at the head of its recipe line;
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

/// Whether make or its shell has a variable of this name already, whose value would be taken for
/// one that was given.
pub fn reserved(name: &str) -> bool {
    name.starts_with('.') || RESERVED.binary_search(&name).is_ok()
}

/// Refuses words that are too long, or too much for one recipe line.
fn fits<'a>(words: impl IntoIterator<Item = &'a Word>) -> Result<(), Refusal> {
    let mut length = RECIPE;
    let mut names = BTreeSet::new();
    for word in words {
        limit::check(&word.resolved())?;
        length += sh::one_line([word]).len() + BETWEEN;
        names.extend(word.variables().map(|variable| variable.name.as_str()));
    }
    let checks = names.iter().map(|name| VARIABLE + 8 * name.len());
    length += checks.sum::<usize>();
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

/// Text that make does not expand.
fn escape(text: &str) -> String {
    text.replace('$', "$$")
}

/// What the shell puts in place of variables, theirs or their defaults.
///
/// # Errors
/// When a default is not an integer.
pub fn default(words: &[Word]) -> Result<String, Refusal> {
    let variables = words.iter().flat_map(Word::variables);
    variables
        .map(|Variable { name, value }| Ok(format!("$${{{name}:-{}}}", integer(value)?)))
        .collect()
}

/// The value of a variable: only integers are ever kept in variables.
fn integer(value: &str) -> Result<&str, Refusal> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(value);
    }
    Err(Refusal {
        message: format!(
            "a variable of a Makefile cannot hold `{}`: only integers can be checked by its recipes",
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
                Ok(escape(&sh::one_line(words)))
            }
            Printed::Environment(variables) => {
                let line = sh::one_line_environment(variables)?;
                fits(variables.iter().map(|(_, value)| value))?;
                Ok(escape(&line))
            }
            Printed::Setting(_) => Err(misplaced("a Makefile")),
            Printed::Comment(text) => Ok(comment::one_line(text)),
            Printed::Bare(text) => name::bare(text),
            Printed::Own(spell, words) => spell(words),
        }
    }
}

/// The names that GNU make and BSD make (with the files it reads first), or the shells that they
/// run, define or treat specially, and those that every login environment sets. Sorted.
const RESERVED: &[&str] = &[
    "AFLAGS",
    "AR",
    "ARFLAGS",
    "AS",
    "ASFLAGS",
    "BASH",
    "BASHOPTS",
    "BASHPID",
    "CC",
    "CFLAGS",
    "CO",
    "COFLAGS",
    "COLUMNS",
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
    "DIRSTACK",
    "ENV",
    "EPOCHREALTIME",
    "EPOCHSECONDS",
    "EUID",
    "F77",
    "F77FLAGS",
    "FC",
    "FFLAGS",
    "FORTRAN",
    "FUNCNAME",
    "GET",
    "GFLAGS",
    "GNUMAKEFLAGS",
    "GPATH",
    "GROUPS",
    "HISTCMD",
    "HOME",
    "HOSTNAME",
    "HOSTTYPE",
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
    "LINENO",
    "LINES",
    "LINT",
    "LINTFLAGS",
    "LOADLIBES",
    "LOGNAME",
    "M2C",
    "MACHINE",
    "MACHINE_ARCH",
    "MACHINE_CPU",
    "MACHINE_MULTIARCH",
    "MACHTYPE",
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
    "OPTARG",
    "OPTERR",
    "OPTIND",
    "OPTIONS_DEFAULT_DEPENDENT",
    "OPTIONS_DEFAULT_NO",
    "OPTION_PREFIX",
    "OS",
    "OUTPUT_OPTION",
    "PATH",
    "PC",
    "PFLAGS",
    "PIPESTATUS",
    "PPID",
    "PS1",
    "PS2",
    "PS4",
    "PWD",
    "RANDOM",
    "RANLIB",
    "RFLAGS",
    "RM",
    "ROOT_GROUP",
    "SCCSFLAGS",
    "SCCSGETFLAGS",
    "SECONDS",
    "SHELL",
    "SHELLOPTS",
    "SHLVL",
    "SRANDOM",
    "STATIC",
    "SUFFIXES",
    "SYS_OS_MK",
    "TANGLE",
    "TERM",
    "TEX",
    "TEXI2DVI",
    "TMPDIR",
    "TR",
    "UID",
    "USER",
    "VPATH",
    "WEAVE",
    "YACC",
    "YFLAGS",
    "_",
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
    "here",
    "host_os",
    "toLower",
    "toUpper",
    "unix",
];
