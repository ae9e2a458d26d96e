//! Every key of a project file: the one table that reading, suggestions, help and README share.

use std::fmt::Write as _;

/// Where a key may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// At the top of the file only.
    Project,
    /// At the top, as a default, and in each service.
    Service,
}

/// A key of the project file.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its path, `swank.port`.
    pub path: &'static str,
    /// Where it may stand.
    pub level: Level,
    /// What it holds, in words.
    pub holds: &'static str,
    /// What holds without it; empty for nothing.
    pub default: &'static str,
    /// What it does.
    pub meaning: &'static str,
}

const fn project(
    path: &'static str,
    holds: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Key {
    Key {
        path,
        level: Level::Project,
        holds,
        default,
        meaning,
    }
}

const fn service(
    path: &'static str,
    holds: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Key {
    Key {
        path,
        level: Level::Service,
        holds,
        default,
        meaning,
    }
}

/// All keys, in the order in which a person would want to read about them.
#[rustfmt::skip]
pub const KEYS: &[Key] = &[
    project("name", "a name", "the folder's name", "what the project is called: letters, digits, `.`, `_` and `-`"),
    service("description", "text", "", "a line about it, written into emitted files; not inherited"),
    service("systems", "a list of names", "", "ASDF or Quicklisp systems, loaded in order"),
    service("start", "a form or a list", "", "what starts the service; `my-app:main` is `(my-app:main)`"),
    service("stop", "a form or a list", "", "runs when the process is told to stop (`sb-ext:*exit-hooks*`)"),
    service("package", "a name", "`cl-user`", "the package in which `start`, `stop` and `after-reload` are read"),
    service("loader", "`quicklisp`, `qlot`, `ocicl`, `asdf`, `none`", "`quicklisp`", "what loads the systems"),
    service("setup", "a file", "the loader's own", "given to `--load` before anything else: `~/quicklisp/setup.lisp` and the like"),
    service("registry", "a list of folders", "", "folders with `.asd` files, searched before everything else"),
    service("before-load", "a form or a list", "", "evaluated before the systems are loaded"),
    service("load", "a list of files", "", "Lisp files loaded after the systems"),
    service("after-reload", "a form or a list", "", "evaluated in `package` once `lisplaunch reload` has loaded the code"),
    service("directory", "a folder", "the project file's", "the working directory of the process"),
    service("env", "a map", "", "environment variables of the process"),
    service("env-file", "a file or a list", "", "`NAME=value` files: variables for this file and for the process, where the environment has none"),
    service("swank", "a port, a map or `false`", "", "the server that SLIME connects to; a port is short for `port`"),
    service("swank.port", "a port", "4005", "1 to 65535"),
    service("swank.interface", "an address", "`127.0.0.1`", "the address it listens on"),
    service("swank.allow-remote", "true or false", "false", "must be true for an interface that other machines reach"),
    service("swank.dont-close", "true or false", "true", "go on listening after the first connection"),
    service("swank.secret", "`auto`, a file, `none`", "`~/.slime-secret`, if there is one", "the file whose first line a client must know; `auto` makes one that only the service's user can read"),
    service("sbcl.program", "a program", "`sbcl`", "a name on the PATH, or a file"),
    service("sbcl.dynamic-space-size", "a size", "SBCL's", "the heap: `2GB`; a bare number is megabytes"),
    service("sbcl.control-stack-size", "a size", "SBCL's", "the stack of each thread: `4MB`"),
    service("sbcl.tls-limit", "a number", "SBCL's", "thread-local symbols at most"),
    service("sbcl.userinit", "true, false or a file", "true", "whether `~/.sbclrc` is loaded, or what instead"),
    service("sbcl.sysinit", "true, false or a file", "true", "whether `/etc/sbclrc` is loaded, or what instead"),
    service("sbcl.merge-core-pages", "true or false", "SBCL's", "share equal memory pages between processes"),
    service("sbcl.lose-on-corruption", "true or false", "false", "die when memory may be corrupt, a full stack included"),
    service("sbcl.runtime-options", "a list of words", "", "further options of the runtime, each word an item"),
    service("sbcl.toplevel-options", "a list of words", "", "further options of the toplevel"),
    service("user", "a name", "", "the user that a process manager runs it as"),
    service("restart", "`always`, `on-failure`, `never`", "`always`", "when a process manager starts it again"),
    service("start-timeout", "a duration", "10s", "how long it must stay up to count as started"),
    service("stop-timeout", "a duration", "10s", "how long it may take to stop, the `stop` forms included"),
    service("runtime", "true or false", "true", "whether lisplaunch's own code is loaded into the image; `false` gives the bare hand-written command line"),
    service("log", "a file or a map", "", "where a process manager writes its output; a file is short for `file`"),
    service("log.file", "a file", "", "the log file"),
    service("log.max-size", "a size", "50MB", "the size at which a new one is begun; 0 is never"),
    service("log.backups", "a number", "10", "how many old ones are kept"),
    service("umask", "an octal number", "", "permissions that new files lack: `027`"),
    service("priority", "a number", "", "process managers start low numbers first"),
    project("services", "a map", "one service", "several processes; each has the keys of the top level, which are its defaults"),
    project("profiles", "a map", "", "changes by name, laid over the file with `-p NAME`"),
    project("templates", "a folder", "", "your own templates, used before the built-in ones"),
];

/// Keys that a project file may have had, and what to do about them.
const FORMER: &[(&str, &str)] = &[("swank.style", "swank always uses `spawn`: remove it")];

/// What to do about a key that there no longer is.
pub fn former(path: &str) -> Option<&'static str> {
    let known = FORMER.iter().find(|(former, _)| *former == path);
    known.map(|(_, help)| *help)
}

/// The keys directly below `parent`, which is empty for a whole service.
pub fn below(parent: &str, level: Level) -> impl Iterator<Item = &'static str> {
    let mut names: Vec<&str> = KEYS
        .iter()
        .filter(|key| level == Level::Project || key.level == Level::Service)
        .filter_map(|key| match parent {
            "" => key.path.split('.').next(),
            _ => key.path.strip_prefix(parent)?.strip_prefix('.'),
        })
        .collect();
    names.dedup();
    names.into_iter()
}

/// The key that a plain value of `key` is short for.
pub fn short_form(key: &str) -> Option<&'static str> {
    match key {
        "swank" => Some("port"),
        "log" => Some("file"),
        _ => None,
    }
}

/// The keys as a Markdown table.
pub fn markdown() -> String {
    let mut table = "| key | holds | default | meaning |\n|---|---|---|---|\n".to_owned();
    for key in KEYS {
        let level = match key.level {
            Level::Project => " (top of the file only)",
            Level::Service => "",
        };
        writeln!(
            table,
            "| `{}` | {} | {} | {}{level} |",
            key.path, key.holds, key.default, key.meaning
        )
        .expect("writing to a string does not fail");
    }
    table
}
