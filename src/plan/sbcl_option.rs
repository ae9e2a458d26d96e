//! SBCL's own command-line options: the one table that says which a project file may give.

/// On which side of `--end-runtime-options` an option is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Read by the C runtime; fatal after a toplevel option.
    Runtime,
    /// Read by the Lisp side.
    Toplevel,
}

/// Whether a project file may give an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// It may.
    Allowed,
    /// By this key of the project file.
    Key(&'static str),
    /// Every service has it.
    Always,
    /// It may not, for this reason.
    Refused(&'static str),
}

/// An option of the `sbcl` program.
#[derive(Clone, Copy, Debug)]
pub struct SbclOption {
    /// With its dashes.
    pub name: &'static str,
    /// Where it is.
    pub side: Side,
    /// Whether a word with its value follows.
    pub takes_value: bool,
    /// Whether a project file may give it.
    pub verdict: Permission,
}

const STAYS_NOT_UP: &str = "the service would not stay up";

const fn runtime(name: &'static str, takes_value: bool, verdict: Permission) -> SbclOption {
    SbclOption {
        name,
        side: Side::Runtime,
        takes_value,
        verdict,
    }
}

const fn toplevel(name: &'static str, takes_value: bool, verdict: Permission) -> SbclOption {
    SbclOption {
        name,
        side: Side::Toplevel,
        takes_value,
        verdict,
    }
}

/// SBCL's options, from its manual and `sbcl --help`, in the order in which they are written.
#[rustfmt::skip]
pub const SBCL_OPTIONS: &[SbclOption] = &[
    runtime("--core", true, Permission::Allowed),
    runtime("--dynamic-space-size", true, Permission::Key("sbcl.dynamic-space-size")),
    runtime("--control-stack-size", true, Permission::Key("sbcl.control-stack-size")),
    runtime("--tls-limit", true, Permission::Key("sbcl.tls-limit")),
    runtime("--debug-environment", false, Permission::Allowed),
    runtime("--disable-ldb", false, Permission::Allowed),
    runtime("--lose-on-corruption", false, Permission::Key("sbcl.lose-on-corruption")),
    runtime("--merge-core-pages", false, Permission::Key("sbcl.merge-core-pages")),
    runtime("--no-merge-core-pages", false, Permission::Key("sbcl.merge-core-pages")),
    runtime("--noinform", false, Permission::Always),
    runtime("--script", true, Permission::Refused(STAYS_NOT_UP)),
    runtime("--version", false, Permission::Refused(STAYS_NOT_UP)),
    runtime("--help", false, Permission::Refused(STAYS_NOT_UP)),
    runtime("--end-runtime-options", false, Permission::Refused("lisplaunch writes it where it is needed")),
    toplevel("--sysinit", true, Permission::Key("sbcl.sysinit")),
    toplevel("--no-sysinit", false, Permission::Key("sbcl.sysinit")),
    toplevel("--userinit", true, Permission::Key("sbcl.userinit")),
    toplevel("--no-userinit", false, Permission::Key("sbcl.userinit")),
    toplevel("--disable-debugger", false, Permission::Always),
    toplevel("--noprint", false, Permission::Allowed),
    toplevel("--eval", true, Permission::Key("before-load` or `start")),
    toplevel("--load", true, Permission::Key("setup` or `load")),
    toplevel("--quit", false, Permission::Refused(STAYS_NOT_UP)),
    toplevel("--non-interactive", false, Permission::Refused(STAYS_NOT_UP)),
    toplevel("--end-toplevel-options", false, Permission::Refused("lisplaunch writes it where it is needed")),
];

/// The option of this name.
pub fn find(name: &str) -> Option<&'static SbclOption> {
    SBCL_OPTIONS.iter().find(|option| option.name == name)
}
