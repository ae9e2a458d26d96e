//! Every key of a project file: the one table that reading, suggestions, help and README share.

use std::fmt;
use std::fmt::Write as _;
use std::ops::RangeInclusive;

use crate::suggest;

use Absent::{Nothing, Said, Value};
use Holds::{
    Address, Choice, Commands, Day, Decimal, Duration, Env, File, FileOrFiles, Files, Flag, Folder,
    Folders, Form, Forms, Heap, Hosts, Image, Init, Ipv4, Name, Names, Number, Octal, Outputs,
    Package, Packages, Port, Profiles, Program, Secret, Services, Short, Size, Systems, Text, Url,
    UrlPath, User, Words,
};

/// Where a key may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// At the top of the file only.
    Project,
    /// At the top of a file that is one service, and in each service.
    Own,
    /// At the top, as a default, and in each service.
    Service,
}

/// What a key holds.
#[derive(Clone, Copy, Debug)]
pub enum Holds {
    /// Any text.
    Text,
    /// The name of a project.
    Name,
    /// The name of a package.
    Package,
    /// The name of a user.
    User,
    /// Names of services or of units, in a row.
    Names,
    /// Names of systems in a row.
    Systems,
    /// Names of hosts in a row.
    Hosts,
    /// A Lisp form.
    Form,
    /// Lisp forms.
    Forms,
    /// One of these.
    Choice(&'static [&'static str]),
    /// A path.
    File,
    /// Paths in a row.
    Files,
    /// One path or several.
    FileOrFiles,
    /// A folder.
    Folder,
    /// Folders in a row.
    Folders,
    /// Environment variables by name.
    Env,
    /// Lisp forms by the names of commands.
    Commands,
    /// The keys of services by the names of the services.
    Services,
    /// The keys of the file by the names of profiles.
    Profiles,
    /// Files by the formats that they are written in.
    Outputs,
    /// A map of keys of its own; a plain value is short for this one of them, and `false` is none.
    Short(&'static Holds, &'static str),
    /// A port.
    Port,
    /// An address to listen on.
    Address,
    /// The same without names.
    Ipv4,
    /// Where a secret comes from.
    Secret,
    /// Where a server answers.
    Url,
    /// What is behind the server in a URL.
    UrlPath,
    /// The name of a container image.
    Image,
    /// Names of packages of Debian.
    Packages,
    /// A day.
    Day,
    /// A program.
    Program,
    /// Bytes.
    Size,
    /// Bytes, or a part of the memory.
    Heap,
    /// A whole number in a range.
    Number(i64, i64),
    /// A number that need not be whole.
    Decimal,
    /// Words of a command line.
    Words,
    /// A file that is loaded, and whether.
    Init,
    /// Yes or no.
    Flag,
    /// A time.
    Duration,
    /// Permission bits.
    Octal,
}

/// What holds without a key.
#[derive(Clone, Copy, Debug)]
pub enum Absent {
    /// Nothing.
    Nothing,
    /// The same as with this value.
    Value(&'static str),
    /// This, in words.
    Said(&'static str),
}

/// A key of the project file.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its path, `swank.port`.
    pub path: &'static str,
    /// Where it may be.
    pub level: Level,
    /// What it holds.
    pub holds: Holds,
    /// What holds without it.
    pub absent: Absent,
    /// What it does.
    pub meaning: &'static str,
}

const fn key(
    level: Level,
    path: &'static str,
    holds: Holds,
    absent: Absent,
    meaning: &'static str,
) -> Key {
    Key {
        path,
        level,
        holds,
        absent,
        meaning,
    }
}

const fn own(path: &'static str, holds: Holds, absent: Absent, meaning: &'static str) -> Key {
    key(Level::Own, path, holds, absent, meaning)
}

const fn project(path: &'static str, holds: Holds, absent: Absent, meaning: &'static str) -> Key {
    key(Level::Project, path, holds, absent, meaning)
}

const fn service(path: &'static str, holds: Holds, absent: Absent, meaning: &'static str) -> Key {
    key(Level::Service, path, holds, absent, meaning)
}

/// What Linux can count.
const MOST_TASKS: i64 = 1 << 22;
const MOST_FILES: i64 = 1 << 30;

/// All keys, in the order in which a person would want to read about them.
#[rustfmt::skip]
pub const KEYS: &[Key] = &[
    project("name", Name, Said("the folder's name"), "what the project is called: letters, digits, `.`, `_` and `-`"),
    own("description", Text, Nothing, "a line about it, written into emitted files"),
    service("systems", Systems, Nothing, "ASDF or Quicklisp systems, loaded in order"),
    service("start", Forms, Nothing, "what starts the service; `my-app:main` is `(my-app:main)`"),
    service("arguments", Words, Nothing, "words for the program itself, each an item; those of `run -- ARGS` come after them"),
    service("ready", Short(&Form, "form"), Said("once `start` has returned"), "when the service is ready to serve"),
    service("ready.form", Form, Nothing, "asked again and again, in `package`: true once it is ready"),
    service("ready.http", Url, Nothing, "asked again and again: ready once it answers without an error"),
    service("ready.timeout", Duration, Value("5m"), "after how long the wait is reported; a first start compiles"),
    service("stop", Forms, Nothing, "what runs, in this order, before the process ends"),
    service("package", Package, Said("`cl-user`"), "the package in which `start`, `stop`, `after-reload` and `commands` are read"),
    service("loader", Choice(&["quicklisp", "qlot", "qlot-bundle", "roswell", "ocicl", "asdf", "none"]), Value("quicklisp"), "what loads the systems"),
    service("setup", File, Said("the loader's own"), "given to `--load` before anything else: `~/quicklisp/setup.lisp` and the like"),
    service("registry", Folders, Nothing, "folders with `.asd` files, searched before everything else"),
    service("before-load", Forms, Nothing, "evaluated before the systems are loaded"),
    service("load", Files, Nothing, "Lisp files loaded after the systems"),
    service("after-reload", Forms, Nothing, "evaluated in `package` once `lisplaunch reload` has loaded the code"),
    service("commands", Commands, Nothing, "forms by name for `lisplaunch do NAME`: evaluated in a fresh image with the code loaded, or with `{form: …, remote: true}` in the running one"),
    service("directory", Folder, Said("the project file's"), "the working directory of the process"),
    service("env", Env, Nothing, "environment variables of the process"),
    service("env-file", FileOrFiles, Nothing, "files of lines `NAME=value`: variables for this file and for the process, where the environment has none"),
    service("env-file.file", File, Nothing, "one of them, where more is said of it"),
    service("env-file.optional", Flag, Value("false"), "whether it may be missing"),
    service("swank", Short(&Port, "port"), Nothing, "the server that SLIME connects to"),
    service("swank.port", Port, Value("4005"), "1 to 65535"),
    service("swank.interface", Address, Value("127.0.0.1"), "the address it listens on"),
    service("swank.allow-remote", Flag, Value("false"), "must be true for an interface that other machines reach"),
    service("swank.dont-close", Flag, Value("true"), "go on listening after the first connection"),
    service("swank.secret", Secret, Said("`~/.slime-secret`, if there is one"), "the file whose first line a client must know; `auto` makes one that only the service's user can read"),
    service("http", Short(&Port, "port"), Nothing, "where the service answers HTTP, for what is in front of it; it starts nothing"),
    service("http.port", Port, Nothing, "1 to 65535"),
    service("http.hosts", Hosts, Nothing, "the host names that it answers for: `shop.example`, `*.shop.example`"),
    service("http.path", UrlPath, Nothing, "the path that a health check asks for: `/health`"),
    service("http.static", Folder, Nothing, "files that can be served without asking the service"),
    service("http.certificate", File, Nothing, "the certificate for TLS in front of it, with `key`"),
    service("http.key", File, Nothing, "the key of the certificate"),
    service("http.max-body", Size, Value("10MB"), "the largest body of a request"),
    service("http.upstream", File, Nothing, "the file in which nginx finds the replicas that it sends requests to: `lisplaunch deploy` writes it"),
    service("http.socket", Ipv4, Nothing, "the address on which systemd, or supervisord for replicas, listens for the service and hands it the socket: connections wait there while it starts again"),
    service("sbcl.program", Program, Value("sbcl"), "a name on the PATH, or a file"),
    service("sbcl.dynamic-space-size", Heap, Said("SBCL's"), "the heap: `2GB`, or `75%` of `limits.memory` or else of what the machine allows; a bare number is megabytes"),
    service("sbcl.control-stack-size", Size, Said("SBCL's"), "the stack of each thread: `4MB`"),
    service("sbcl.tls-limit", Number(1, 1 << 24), Said("SBCL's"), "thread-local symbols at most"),
    service("sbcl.userinit", Init, Value("true"), "whether `~/.sbclrc` is loaded, or what instead"),
    service("sbcl.sysinit", Init, Value("true"), "whether `/etc/sbclrc` is loaded, or what instead"),
    service("sbcl.merge-core-pages", Flag, Said("SBCL's"), "share equal memory pages between processes"),
    service("sbcl.lose-on-corruption", Flag, Value("false"), "die when memory may be corrupt, a full stack included"),
    service("sbcl.runtime-options", Words, Nothing, "further options of the runtime, each word an item"),
    service("sbcl.toplevel-options", Words, Nothing, "further options of the toplevel"),
    service("core", Short(&Flag, "use"), Nothing, "start from a saved image, which `lisplaunch build` makes: at once, and from one file"),
    service("core.use", Flag, Value("true"), "whether it starts from that"),
    service("core.warm", Forms, Nothing, "evaluated before it is saved: what `start` would load besides, `(asdf:load-system :clack-handler-hunchentoot)`"),
    service("core.stale", Choice(&["source", "use", "refuse"]), Value("source"), "what a start does when the code has changed since: load it from its sources, use the image anyway, or refuse"),
    service("core.depends", Files, Nothing, "further files that it is made from: what the code reads while it is loaded"),
    service("core.compression", Number(-7, 22), Nothing, "the level at which it is compressed, -7 to 22: a fifth of the size, and a slower start"),
    service("core.executable", Flag, Value("false"), "whether the file holds the program `sbcl` too, and so outlives an upgrade of it"),
    service("limits.memory", Size, Nothing, "the memory that it may use, all in all: `3GB`"),
    service("limits.cpus", Decimal, Nothing, "how many processors it may keep busy"),
    service("limits.tasks", Number(1, MOST_TASKS), Nothing, "threads and processes at most"),
    service("limits.open-files", Number(1, MOST_FILES), Nothing, "files and connections open at once at most"),
    service("after", Names, Nothing, "services of the file, or units of the manager (`postgresql.service`), that are started before it"),
    service("replicas", Number(1, 100), Value("1"), "how many services are made of it, `web-1`, `web-2` and so on; `${REPLICA}` is the number of each"),
    service("spare", Flag, Value("false"), "whether one of the replicas waits for `lisplaunch deploy`, which starts it with the new code and then stops another"),
    service("user", User, Nothing, "the user that a process manager runs it as"),
    service("restart", Choice(&["always", "on-failure", "never"]), Value("always"), "when a process manager starts it again"),
    service("start-timeout", Duration, Value("10s"), "how long it must stay up to count as started"),
    service("stop-timeout", Duration, Value("10s"), "how long it may take to stop, the `stop` forms included"),
    service("runtime", Flag, Value("true"), "whether lisplaunch's own code is loaded into the image; `false` gives the bare hand-written command line"),
    service("verbose", Flag, Value("false"), "keep what the compiler says of libraries, not only of the systems in `registry`"),
    service("log", Short(&File, "file"), Nothing, "where a process manager writes its output"),
    service("log.file", File, Nothing, "the log file; `{service}` in it is the name of the service"),
    service("log.max-size", Size, Value("50MB"), "the size at which a new one is begun; 0 is never"),
    service("log.backups", Number(0, 1000), Value("10"), "how many old ones are kept"),
    service("writable", Folders, Nothing, "folders that it writes to, besides its compiled files and its log"),
    service("container.image", Image, Nothing, "the image of its container, as the programs that start containers name it: `registry.example/shop:1`"),
    service("container.packages", Packages, Nothing, "packages of Debian that the image holds, for the libraries of C that the code calls: `libssl3`"),
    service("container.build-packages", Packages, Nothing, "packages that it takes besides to make the image: `cl-hunchentoot`, `gcc`"),
    service("container.files", Files, Nothing, "files and folders of the project that the image holds beside its program: `templates`"),
    service("container.quicklisp", Day, Value("2024-10-12"), "the version of Quicklisp's libraries in it"),
    service("hardening", Flag, Value("true"), "whether units restrict what the service may do"),
    service("watchdog", Duration, Nothing, "how long the image may be silent before its manager starts it again"),
    service("umask", Octal, Nothing, "permissions that new files lack: `027`"),
    service("priority", Number(0, 9999), Nothing, "process managers start low numbers first"),
    project("services", Services, Said("one service"), "several processes; each has the keys of the top level, which are its defaults"),
    project("profiles", Profiles, Nothing, "changes by name, laid over the file with `-p NAME`"),
    project("emit", Outputs, Nothing, "the files that `emit` writes and `check` judges by: a path for each format, or `path`, `indirect`, `user`"),
    project("templates", Folder, Nothing, "your own templates, used before the built-in ones"),
];

/// Keys that a project file may have had, and what to do about them.
const FORMER: &[(&str, &str)] = &[("swank.style", "swank always uses `spawn`: remove it")];

/// What to do about a key that there no longer is.
pub fn former(path: &str) -> Option<&'static str> {
    let known = FORMER.iter().find(|(former, _)| *former == path);
    known.map(|(_, help)| *help)
}

/// The path of a key without the indices of lists: `env-file` for `env-file[1]`.
pub fn plain(path: &str) -> &str {
    path.split('[').next().unwrap_or(path)
}

/// The keys directly below `parent`, which is empty for a whole service.
pub fn below(parent: &str, level: Level) -> impl Iterator<Item = &'static str> {
    let mut names: Vec<&str> = KEYS
        .iter()
        .filter(|key| level == Level::Project || key.level != Level::Project)
        .filter_map(|key| match parent {
            "" => key.path.split('.').next(),
            _ => key.path.strip_prefix(parent)?.strip_prefix('.'),
        })
        .collect();
    names.dedup();
    names.into_iter()
}

/// Whether a key has this path, or one below it.
pub fn is_known(path: &str) -> bool {
    let mut paths = KEYS.iter().map(|key| key.path);
    paths.any(|known| {
        let rest = known.strip_prefix(path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// The key of this path.
pub fn find(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}

/// The value that holds where the file gives none for the key of this path.
///
/// # Panics
/// If the table has no default for it.
pub fn default(path: &str) -> &'static str {
    match find(path).map(|key| key.absent) {
        Some(Value(text)) => text,
        _ => panic!("`{path}` has no default in the table of keys"),
    }
}

/// The numbers that the key of this path may hold.
///
/// # Panics
/// If the table says that it holds something else.
pub fn range(path: &str) -> RangeInclusive<i64> {
    match find(path).map(|key| key.holds) {
        Some(Number(least, most)) => least..=most,
        _ => panic!("`{path}` holds no number in the table of keys"),
    }
}

impl Key {
    /// What it does, as the beginning of a sentence.
    pub fn sentence(&self) -> String {
        let mut characters = self.meaning.chars();
        let first = characters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(characters).collect()
    }
}

impl Holds {
    /// Whether a plain value, or one below a name, is a Lisp form.
    pub fn is_lisp(self) -> bool {
        matches!(self, Form | Forms | Commands | Short(Form, _))
    }
}

/// The key that a plain value of `key` is short for.
pub fn short_form(key: &str) -> Option<&'static str> {
    match find(key)?.holds {
        Short(_, short) => Some(short),
        _ => None,
    }
}

/// Keys as a Markdown table.
pub fn markdown(keys: &[Key]) -> String {
    let mut table = "| key | holds | default | meaning |\n|---|---|---|---|\n".to_owned();
    for key in keys {
        let level = match key.level {
            Level::Project => " (top of the file only)",
            Level::Own => " (not inherited)",
            Level::Service => "",
        };
        writeln!(
            table,
            "| `{}` | {} | {} | {}{level} |",
            key.path, key.holds, key.absent, key.meaning
        )
        .expect("writing to a string does not fail");
    }
    table
}

impl fmt::Display for Holds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Text => "text",
            Name | Package | User => "a name",
            Names | Systems | Hosts => "a list of names",
            Form => "a form",
            Forms => "a form or a list",
            Choice(names) => return f.write_str(&suggest::list(names)),
            File => "a file",
            Files => "a list of files",
            FileOrFiles => "a file, a map or a list of them",
            Folder => "a folder",
            Folders => "a list of folders",
            Commands => "a map of forms",
            Env | Services | Profiles | Outputs => "a map",
            Short(holds, key) => return write!(f, "{holds} (short for `{key}`), a map or `false`"),
            Port => "a port",
            Address | Ipv4 => "an address",
            Secret => "`auto`, a file, `none`",
            Url => "a URL",
            UrlPath => "a path",
            Image => "the name of an image",
            Packages => "a list of packages",
            Day => "a day",
            Program => "a program",
            Size | Heap => "a size",
            Number(..) => "a number",
            Decimal => "a number such as `1.5`",
            Words => "a list of words",
            Init => "true, false or a file",
            Flag => "true or false",
            Duration => "a duration",
            Octal => "an octal number",
        })
    }
}

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Nothing => Ok(()),
            Value(text) => write!(f, "`{text}`"),
            Said(text) => f.write_str(text),
        }
    }
}
