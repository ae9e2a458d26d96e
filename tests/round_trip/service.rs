//! A service as a person may ask for it: what is drawn at random.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;
use serde_yaml::{Mapping, Value};

use super::form::{Form, form};
use super::text::{Bit, Text, file_name, hostile, integer, matching, text};

/// How a path is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Relative,
    Dot,
    Home,
    Absolute,
}

/// A file or folder of its own.
#[derive(Clone, Debug)]
pub struct Place {
    pub anchor: Anchor,
    pub name: Text,
}

/// How the program is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Path,
    OnPath,
}

/// The swank port, if there is a server, and whether the short form is used.
#[derive(Clone, Copy, Debug)]
pub enum Swank {
    Port,
    Map,
}

/// One service.
#[derive(Clone, Debug)]
pub struct Service {
    pub description: Option<String>,
    pub directory: Option<Place>,
    pub call: Call,
    pub program: String,
    pub loader: &'static str,
    pub setup: Option<Place>,
    pub registry: Vec<Place>,
    pub load: Vec<Place>,
    pub systems: Vec<&'static str>,
    pub package: Option<&'static str>,
    pub before_load: Vec<Form>,
    pub start: Vec<Form>,
    pub arguments: Vec<Text>,
    pub ready: Option<Form>,
    pub stop: Vec<Form>,
    pub env: BTreeMap<String, Text>,
    pub env_file: BTreeMap<&'static str, String>,
    pub swank: Option<Swank>,
    pub umask: Option<&'static str>,
    pub stop_timeout: Option<(&'static str, u64)>,
    pub runtime: bool,
    pub verbose: bool,
    pub log: Option<Place>,
    pub core: Option<Text>,
    pub heap: Option<(&'static str, &'static str)>,
    pub switches: Switches,
}

/// The options of sbcl that are on or off.
#[derive(Clone, Copy, Debug)]
pub struct Switches {
    pub merge_core_pages: Option<bool>,
    pub lose_on_corruption: bool,
    pub debug_environment: bool,
    pub noprint: bool,
    pub userinit: Option<bool>,
    pub sysinit: Option<bool>,
}

pub const LOADERS: &[&str] = &[
    "quicklisp",
    "qlot",
    "qlot-bundle",
    "roswell",
    "ocicl",
    "asdf",
    "none",
];

/// The image of its container.
pub const IMAGE: &str = "registry.example:5000/shop:1";

/// Names of systems and packages, with how a form names them.
pub const NAMES: &[(&str, &str)] = &[
    ("lucerne", ":lucerne"),
    ("my-app/web.x", ":my-app/web.x"),
    ("cl+ssl", ":cl+ssl"),
    ("App", "\"App\""),
    ("a:b", "\"a:b\""),
    ("%x#y", "\"%x#y\""),
    ("$x", "\"$x\""),
    ("日本", "\"日本\""),
    ("-x", "\"-x\""),
];

/// Names that mean something on the way to the program.
const SPECIAL_VARIABLES: &[&str] = &[
    "PWD",
    "OLDPWD",
    "_",
    "SHLVL",
    "MAKEFLAGS",
    "MAKELEVEL",
    "MFLAGS",
    "IFS",
    "q0a",
    "CDPATH",
    "HOME",
    "LANG",
    "SUPERVISOR_ENABLED",
    "PORT",
    "ENV",
    "a",
];

/// What may be in an env file.
const FILE_VARIABLES: &[&str] = &["FROM_FILE", "FROM_FILE_2", "PLAIN", "TEXT", "_B"];

fn place() -> impl Strategy<Value = Place> {
    let anchors = [
        Anchor::Relative,
        Anchor::Dot,
        Anchor::Home,
        Anchor::Absolute,
    ];
    (select(anchors.to_vec()), file_name()).prop_map(|(anchor, name)| Place { anchor, name })
}

fn variable_name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => matching("[A-Za-z_][A-Za-z0-9_]{0,8}").prop_filter("it would change how programs are found", |name| name != "PATH"),
        1 => select(SPECIAL_VARIABLES).prop_map(str::to_owned),
    ]
}

fn switches() -> impl Strategy<Value = Switches> {
    let flag = || weighted(0.2, any::<bool>());
    (flag(), flag(), flag(), flag(), flag(), flag()).prop_map(
        |(merge_core_pages, lose, debug, noprint, userinit, sysinit)| Switches {
            merge_core_pages,
            lose_on_corruption: lose == Some(true),
            debug_environment: debug == Some(true),
            noprint: noprint == Some(true),
            userinit,
            sysinit,
        },
    )
}

pub fn service() -> impl Strategy<Value = Service> {
    let names = || select(NAMES.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    let program = (
        select(&[Call::Path, Call::Path, Call::OnPath][..]),
        hostile().prop_map(|name| name.replace('/', "_").chars().take(30).collect::<String>()),
        weighted(0.1, text()),
        prop_oneof![3 => Just(Vec::new()), 1 => vec(text(), 1..4)],
        weighted(
            0.2,
            select(
                &[
                    ("600", "600"),
                    ("512MB", "512MB"),
                    ("1.5GB", "1536MB"),
                    ("2gb", "2GB"),
                ][..],
            ),
        ),
        switches(),
    );
    let code = (
        select(LOADERS),
        vec(names(), 0..3),
        weighted(0.3, names()),
        vec(form(), 0..2),
        vec(form(), 0..4),
        weighted(0.2, form()),
        vec(form(), 0..2),
    );
    let places = (
        weighted(0.6, place()),
        of(place()),
        vec(place(), 0..2),
        vec(place(), 0..2),
        weighted(0.3, place()),
    );
    let surroundings = (
        btree_map(variable_name(), text(), 0..4),
        btree_map(select(FILE_VARIABLES), file_value(), 0..3),
        weighted(0.3, select(&[Swank::Port, Swank::Map][..])),
        weighted(0.2, select(&["022", "077", "0027"][..])),
        weighted(0.2, select(&[("10s", 10), ("2m", 120), ("7", 7)][..])),
        weighted(0.2, hostile()),
        weighted(0.8, any::<bool>()),
    );
    (program, code, places, surroundings).prop_map(|(program, code, places, surroundings)| {
        let (call, program, core, arguments, heap, switches) = program;
        let (loader, systems, package, before_load, start, ready, stop) = code;
        let (directory, setup, registry, load, log) = places;
        let (mut env, env_file, swank, umask, stop_timeout, description, runtime) = surroundings;
        if env_file.contains_key("_B") {
            // Only what the project file uses as an integer stays a variable.
            env.insert("USED".to_owned(), Text(vec![Bit::Variable(integer("_B"))]));
        }
        let none = loader == "none";
        Service {
            description,
            directory,
            call,
            program,
            loader,
            setup,
            registry: if none { Vec::new() } else { registry },
            load,
            systems: if none { Vec::new() } else { systems },
            package,
            before_load,
            start,
            arguments,
            ready: ready.filter(|_| runtime.is_some()),
            stop,
            env,
            env_file: env_file
                .into_iter()
                .map(|(name, value)| (name, integer_or(name, value)))
                .collect(),
            swank,
            umask,
            stop_timeout,
            runtime: runtime.is_some(),
            verbose: runtime == Some(true),
            log,
            core,
            heap,
            switches,
        }
    })
}

/// An integer where the name is one of an integer variable.
fn integer_or(name: &str, value: String) -> String {
    if name == "_B" { "7".to_owned() } else { value }
}

/// A value that one line of an env file can hold.
fn file_value() -> impl Strategy<Value = String> {
    let value = hostile().prop_map(|value| value.replace(['\n', '\r'], " "));
    value.prop_filter("no quotes are left for it", |value| {
        in_env_file(value).is_some()
    })
}

/// How an env file says this value, if it can: bare where it can be so, else in quotes.
pub fn in_env_file(value: &str) -> Option<String> {
    let blanks = [' ', '\t'];
    let comment = value
        .split('#')
        .rev()
        .skip(1)
        .any(|before| before.ends_with(blanks));
    let bare = value.trim_matches(blanks) == value && !value.starts_with(['\'', '"']) && !comment;
    let quotes = ['\'', '"']
        .into_iter()
        .filter(|quote| !value.contains(*quote));
    let quoted = quotes.map(|quote| format!("{quote}{value}{quote}"));
    bare.then(|| value.to_owned())
        .into_iter()
        .chain(quoted)
        .next()
}

/// Where the files of a service are, for the project file and in truth.
pub trait Layout {
    /// How a place is written.
    fn written(&self, place: &Place, role: &str) -> String;
    /// How the program is written.
    fn program(&self) -> String;
    /// How its env file is written.
    fn env_file(&self) -> String;
    /// The number of the swank port.
    fn port(&self) -> u16;
}

/// The service as it is in the project file.
pub fn tree(service: &Service, layout: &dyn Layout) -> Mapping {
    let mut map = Map::default();
    map.text(
        "description",
        service
            .description
            .as_ref()
            .map(|text| text.replace('$', "$$")),
    );
    map.text(
        "directory",
        service
            .directory
            .as_ref()
            .map(|place| layout.written(place, "d")),
    );
    map.text("loader", Some(service.loader.to_owned()));
    map.text(
        "setup",
        service
            .setup
            .as_ref()
            .map(|place| layout.written(place, "s")),
    );
    map.places("registry", &service.registry, "r", layout);
    map.places("load", &service.load, "l", layout);
    map.list(
        "systems",
        service.systems.iter().map(|name| name.replace('$', "$$")),
    );
    map.text(
        "package",
        service.package.map(|name| name.replace('$', "$$")),
    );
    map.forms("before-load", &service.before_load);
    map.forms("start", &service.start);
    map.words("arguments", &service.arguments);
    map.forms("ready", service.ready.as_slice());
    map.forms("stop", &service.stop);
    map.map(
        "env",
        service
            .env
            .iter()
            .map(|(name, value)| (name.as_str(), value.written())),
    );
    map.text(
        "env-file",
        (!service.env_file.is_empty()).then(|| layout.env_file()),
    );
    map.text("umask", service.umask.map(str::to_owned));
    map.text(
        "stop-timeout",
        service.stop_timeout.map(|(text, _)| text.to_owned()),
    );
    map.text("verbose", service.verbose.then(|| "true".to_owned()));
    map.text("runtime", (!service.runtime).then(|| "false".to_owned()));
    map.map("container", [("image", IMAGE.to_owned())]);
    map.text(
        "log",
        service.log.as_ref().map(|place| layout.written(place, "o")),
    );
    let port = format!("${{SWANK_{0}:-{0}}}", layout.port());
    match service.swank {
        Some(Swank::Port) => map.text("swank", Some(port)),
        Some(Swank::Map) => map.map(
            "swank",
            [("port", port), ("dont-close", "false".to_owned())],
        ),
        None => {}
    }
    map.0.insert("sbcl".into(), sbcl(service, layout).into());
    if service.start.is_empty() && service.systems.is_empty() && service.load.is_empty() {
        map.text("start", Some("app:main".to_owned()));
    }
    map.0
}

fn sbcl(service: &Service, layout: &dyn Layout) -> Mapping {
    let Switches {
        merge_core_pages,
        lose_on_corruption,
        debug_environment,
        noprint,
        userinit,
        sysinit,
    } = service.switches;
    let mut map = Map::default();
    let flag = |flag: bool| flag.to_string();
    map.text("program", Some(layout.program()));
    map.text(
        "dynamic-space-size",
        service.heap.map(|(written, _)| written.to_owned()),
    );
    map.text("merge-core-pages", merge_core_pages.map(flag));
    map.text(
        "lose-on-corruption",
        lose_on_corruption.then(|| "true".to_owned()),
    );
    map.text("userinit", userinit.map(flag));
    map.text("sysinit", sysinit.map(flag));
    let core = service
        .core
        .iter()
        .flat_map(|core| ["--core".to_owned(), core.written()]);
    let debug = debug_environment.then(|| "--debug-environment".to_owned());
    map.list("runtime-options", debug.into_iter().chain(core));
    map.list("toplevel-options", noprint.then(|| "--noprint".to_owned()));
    map.0
}

/// A map of the file in the making.
#[derive(Default)]
struct Map(Mapping);

impl Map {
    fn text(&mut self, key: &str, text: Option<String>) {
        if let Some(text) = text {
            self.0.insert(key.into(), text.into());
        }
    }

    /// A list, or one value where that is the same.
    fn list(&mut self, key: &str, items: impl IntoIterator<Item = String>) {
        let mut items: Vec<Value> = items.into_iter().map(Value::from).collect();
        let value = match items.len() {
            0 => return,
            1 => items.remove(0),
            _ => Value::from(items),
        };
        self.0.insert(key.into(), value);
    }

    /// A list also where there is one item, which may have blanks.
    fn words(&mut self, key: &str, words: &[Text]) {
        if !words.is_empty() {
            let words: Vec<Value> = words.iter().map(|word| word.written().into()).collect();
            self.0.insert(key.into(), words.into());
        }
    }

    fn forms(&mut self, key: &str, forms: &[Form]) {
        self.list(key, forms.iter().map(|form| form.written.written()));
    }

    fn places(&mut self, key: &str, places: &[Place], role: &str, layout: &dyn Layout) {
        let written = places
            .iter()
            .enumerate()
            .map(|(index, place)| layout.written(place, &format!("{role}{index}")));
        self.list(key, written);
    }

    fn map<'a>(&mut self, key: &str, entries: impl IntoIterator<Item = (&'a str, String)>) {
        let map: Mapping = entries
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        if !map.is_empty() {
            self.0.insert(key.into(), map.into());
        }
    }
}
