//! What a service must be started with, from what was drawn for it alone, and who cannot hold it.

use std::collections::{BTreeMap, BTreeSet};

use super::form::Form;
use super::service::{Layout, NAMES, Place, Service, Swank, Switches};
use super::started::{Act, Options, Reader, Started, Step};
use super::text::{Settings, Text};

/// What a service starts with where nothing else is drawn for it.
const DEFAULT_START: &str = "(app:main)";

/// The longest word that the system takes.
const LONGEST: usize = 131_071;

/// What a program must be started with.
#[derive(Clone, Debug)]
pub struct Expected {
    pub started: Started,
    /// The forms of the person's own.
    given: Vec<String>,
    /// The folder of the project.
    folder: String,
    /// What is laid over the environment of its caller.
    pub env: BTreeMap<String, String>,
    pub directory: String,
    pub umask: String,
    pub log: Option<String>,
}

/// Where the files of a service are in truth.
pub trait Paths: Layout {
    fn path(&self, place: &Place, role: &str, settings: &Settings) -> String;
    /// The folder of the project.
    fn folder(&self) -> String;
    fn home(&self) -> String;
    /// The first word.
    fn first_word(&self) -> String;
    /// The name of the project.
    fn project(&self) -> String;
    /// The name of the service; none where it is the whole file.
    fn service_name(&self) -> Option<String>;
    fn profile(&self) -> Option<String>;
    /// The project file.
    fn file(&self) -> String;
}

/// The settings as one service sees them: those of its env file count where there are no others.
pub fn settings_of(service: &Service, settings: &Settings) -> Settings {
    let mut all: Settings = service
        .env_file
        .iter()
        .map(|(name, value)| (*name, value.clone()))
        .collect();
    all.extend(settings.iter().map(|(name, value)| (*name, value.clone())));
    all
}

pub fn expected(service: &Service, paths: &dyn Paths, settings: &Settings) -> Expected {
    let settings = &settings_of(service, settings);
    let path = |place: &Place, role: &str| paths.path(place, role, settings);
    let mut env: BTreeMap<String, String> = service
        .env_file
        .keys()
        .map(|name| ((*name).to_owned(), settings[name].clone()))
        .collect();
    env.extend(
        service
            .env
            .iter()
            .map(|(name, value)| (name.clone(), value.resolved(settings))),
    );
    let command = Command {
        service,
        paths,
        settings,
    };
    Expected {
        started: command.started(),
        given: command.given(),
        folder: paths.folder(),
        env,
        directory: service
            .directory
            .as_ref()
            .map_or_else(|| paths.folder(), |place| path(place, "d")),
        umask: format!("{:0>4}", service.umask.unwrap_or("022")),
        log: service.log.as_ref().map(|place| path(place, "o")),
    }
}

struct Command<'a> {
    service: &'a Service,
    paths: &'a dyn Paths,
    settings: &'a Settings,
}

impl Command<'_> {
    fn started(&self) -> Started {
        Started {
            program: self.paths.first_word(),
            options: self.options(),
            steps: self.steps(),
            arguments: self
                .service
                .arguments
                .iter()
                .map(|word| word.resolved(self.settings))
                .collect(),
        }
    }

    /// What is loaded and evaluated, in the order that the README promises.
    fn steps(&self) -> Vec<Step> {
        let service = self.service;
        let load = |paths: Vec<String>| paths.into_iter().map(Step::Load);
        let eval = |acts: Vec<Act>| (!acts.is_empty()).then_some(Step::Eval(acts));
        let alone = |acts: Vec<Act>| acts.into_iter().map(|act| Step::Eval(vec![act]));
        let asdf = ["asdf", "ocicl", "qlot-bundle"].contains(&service.loader);
        let runtime = format!("{}/.lisplaunch/runtime.lisp", self.paths.folder());
        let mut steps = Vec::new();
        steps.extend(asdf.then(|| Step::Eval(vec![Act::RequireAsdf])));
        steps.extend(load(self.setup()));
        steps.extend(load(
            service.runtime.then_some(runtime).into_iter().collect(),
        ));
        steps.extend(alone(self.boot()));
        steps.extend(alone(self.forms(&service.before_load)));
        steps.extend(eval(self.systems()));
        steps.extend(load(self.places(&service.load, "l")));
        steps.extend(alone(self.package()));
        steps.extend(alone(self.stop()));
        steps.extend(self.start());
        steps.push(Step::Eval(vec![Act::Stay]));
        steps
    }

    fn given(&self) -> Vec<String> {
        let service = self.service;
        let forms = [&service.before_load, &service.start, &service.stop];
        let forms = forms.into_iter().flatten().chain(&service.ready);
        forms
            .map(|form| form.word.resolved(self.settings))
            .chain([DEFAULT_START.to_owned()])
            .collect()
    }

    fn options(&self) -> BTreeSet<Vec<String>> {
        let Switches {
            merge_core_pages,
            lose_on_corruption,
            debug_environment,
            noprint,
            userinit,
            sysinit,
        } = self.service.switches;
        let switches = [
            ("--noinform", true),
            ("--disable-debugger", true),
            ("--debug-environment", debug_environment),
            ("--lose-on-corruption", lose_on_corruption),
            ("--merge-core-pages", merge_core_pages == Some(true)),
            ("--no-merge-core-pages", merge_core_pages == Some(false)),
            ("--noprint", noprint),
            ("--no-userinit", userinit == Some(false)),
            ("--no-sysinit", sysinit == Some(false)),
            ("--end-runtime-options", !self.service.arguments.is_empty()),
        ];
        let switches = switches.into_iter().filter(|(_, given)| *given);
        let core = self.service.core.iter();
        let core = core.map(|core| vec!["--core".to_owned(), core.resolved(self.settings)]);
        let heap = self.service.heap.iter();
        let heap =
            heap.map(|(_, heap)| vec!["--dynamic-space-size".to_owned(), (*heap).to_owned()]);
        switches
            .map(|(option, _)| vec![option.to_owned()])
            .chain(core)
            .chain(heap)
            .collect()
    }

    fn forms(&self, forms: &[Form]) -> Vec<Act> {
        let words = forms.iter().map(|form| form.word.resolved(self.settings));
        words.map(Act::Given).collect()
    }

    /// The arguments that come before anything of the user's own.
    fn boot(&self) -> Vec<Act> {
        let service = self.service;
        let registry = self.places(&service.registry, "r");
        let registry: Vec<String> = registry.iter().map(|path| format!("{path}/")).collect();
        let timeout = service.stop_timeout.map(|(_, seconds)| seconds);
        // SBCL's own time where nothing else is loaded.
        let usual = if service.runtime { 10 } else { 60 };
        let timeout = timeout.filter(|seconds| *seconds != usual);
        let timeout = timeout.map(|seconds| seconds.to_string());
        if service.runtime {
            let options = [
                (":service", self.paths.service_name().into_iter().collect()),
                (":profiles", self.paths.profile().into_iter().collect()),
                (":file", vec![self.paths.file()]),
                (":registry", registry),
                (":stop-timeout", timeout.into_iter().collect()),
                (
                    ":verbose",
                    service
                        .verbose
                        .then(|| "t".to_owned())
                        .into_iter()
                        .collect(),
                ),
            ];
            return vec![Act::Boot(self.paths.project(), given_options(options))];
        }
        let registry = (!registry.is_empty()).then_some(Act::Registry(registry));
        let timeout = timeout.map(Act::ExitTimeout);
        registry.into_iter().chain(timeout).collect()
    }

    fn setup(&self) -> Vec<String> {
        let default = match self.service.loader {
            "quicklisp" => Some(format!("{}/quicklisp/setup.lisp", self.paths.home())),
            "qlot" => Some(format!("{}/.qlot/setup.lisp", self.paths.folder())),
            "qlot-bundle" => Some(format!("{}/.bundle-libs/bundle.lisp", self.paths.folder())),
            "roswell" => Some(format!(
                "{}/.roswell/lisp/quicklisp/setup.lisp",
                self.paths.home()
            )),
            "ocicl" => Some(format!(
                "{}/.local/share/ocicl/ocicl-runtime.lisp",
                self.paths.home()
            )),
            _ => None,
        };
        let given = self
            .service
            .setup
            .as_ref()
            .map(|place| self.paths.path(place, "s", self.settings));
        given.or(default).into_iter().collect()
    }

    fn places(&self, places: &[Place], role: &str) -> Vec<String> {
        let path = |(index, place)| {
            self.paths
                .path(place, &format!("{role}{index}"), self.settings)
        };
        places.iter().enumerate().map(path).collect()
    }

    fn systems(&self) -> Vec<Act> {
        let service = self.service;
        let load = match service.loader {
            "none" => return Vec::new(),
            "quicklisp" | "qlot" | "roswell" => "ql:quickload",
            _ => "asdf:load-system",
        };
        let swank = service.swank.map(|_| ":swank");
        let systems = service.systems.iter().map(|name| designator(name));
        systems
            .chain(swank)
            .map(|name| Act::System(load.to_owned(), name.to_owned()))
            .collect()
    }

    fn package(&self) -> Vec<Act> {
        let package = self.service.package.iter();
        package
            .map(|name| Act::Package(designator(name).to_owned()))
            .collect()
    }

    fn stop(&self) -> Vec<Act> {
        let forms = self.service.stop.iter();
        let forms: Vec<String> = forms
            .map(|form| form.word.resolved(self.settings))
            .collect();
        (!forms.is_empty())
            .then_some(Act::OnStop(forms))
            .into_iter()
            .collect()
    }

    /// The server, which ends loading, together with the first start form; each other form alone.
    fn start(&self) -> Vec<Step> {
        let service = self.service;
        let mut forms = self.forms(&service.start);
        if service.start.is_empty() && service.systems.is_empty() && service.load.is_empty() {
            forms.push(Act::Given(DEFAULT_START.to_owned()));
        }
        let mut forms = forms.into_iter();
        let before = self.before_start().into_iter().chain(self.ready());
        let first = before.chain(forms.next());
        let first: Vec<Act> = first.collect();
        let rest = forms.map(|form| vec![form]);
        let all = std::iter::once(first).chain(rest);
        all.filter(|acts| !acts.is_empty())
            .map(Step::Eval)
            .collect()
    }

    fn ready(&self) -> Option<Act> {
        let form = self.service.ready.as_ref()?;
        Some(Act::Ready(form.word.resolved(self.settings)))
    }

    fn before_start(&self) -> Option<Act> {
        let Some(swank) = self.service.swank else {
            return self.service.runtime.then_some(Act::Starting);
        };
        let open = matches!(swank, Swank::Port);
        let word = |text: &str| vec![text.to_owned()];
        let port = (":port", vec![self.paths.port().to_string()]);
        Some(if self.service.runtime {
            let close = if open { Vec::new() } else { word("nil") };
            let options = given_options([port, (":dont-close", close)]);
            Act::Serve("lisplaunch:start-swank".to_owned(), options)
        } else {
            let close = if open { word("t") } else { Vec::new() };
            let options = [port, (":style", word(":spawn")), (":dont-close", close)];
            Act::Serve("swank:create-server".to_owned(), given_options(options))
        })
    }
}

/// The options that have a value.
fn given_options<const COUNT: usize>(options: [(&str, Vec<String>); COUNT]) -> Options {
    let options = options.into_iter().filter(|(_, values)| !values.is_empty());
    options
        .map(|(key, values)| (key.to_owned(), values))
        .collect()
}

fn designator(name: &str) -> &'static str {
    NAMES.iter().find(|(known, _)| *known == name).unwrap().1
}

/// The variables of a service that stay variables in a recipe, and their defaults there.
pub fn kept(service: &Service, settings: &Settings) -> Vec<(&'static str, String)> {
    let places = service
        .directory
        .iter()
        .chain(&service.setup)
        .chain(&service.registry)
        .chain(&service.load);
    let forms = service
        .before_load
        .iter()
        .chain(&service.start)
        .chain(&service.ready)
        .chain(&service.stop);
    let texts = places
        .map(|place| &place.name)
        .chain(forms.map(|form| &form.word))
        .chain(service.env.values())
        .chain(&service.arguments)
        .chain(&service.core);
    let integers = texts.flat_map(Text::integers);
    let log = service.log.iter().flat_map(|place| place.name.integers());
    let in_file = integers
        .clone()
        .chain(log)
        .filter(|variable| service.env_file.contains_key(variable.name));
    let in_file = in_file.filter(|variable| !service.env.contains_key(variable.name));
    integers
        .chain(in_file)
        .map(|variable| (variable.name, variable.value(settings)))
        .collect()
}

impl Expected {
    /// What a command line does, read back.
    pub fn read(&self, argv: &[String]) -> Result<Started, String> {
        let reader = Reader {
            given: &self.given,
            folder: &self.folder,
        };
        reader.read(argv)
    }

    /// `env` would take the program for a variable.
    pub fn env_takes_the_program(&self) -> bool {
        !self.env.is_empty() && self.has_odd_program()
    }

    /// `env` would take the program for a variable if it started it.
    pub fn has_odd_program(&self) -> bool {
        self.started.program.contains('=')
    }

    /// Every text of the case that is in a word.
    pub fn texts(&self) -> Vec<&String> {
        let started = &self.started;
        std::iter::once(&started.program)
            .chain(started.options.iter().flatten())
            .chain(started.steps.iter().flat_map(Step::texts))
            .chain(&started.arguments)
            .collect()
    }

    /// Whether one line of a Makefile can hold it: no, yes, or too close to the limit to know.
    pub fn make_holds(&self) -> Option<bool> {
        let texts = self.texts().into_iter();
        let texts = texts.chain(self.env.values()).chain([&self.directory]);
        let spelt = |text: &String| {
            text.len() + 3 * text.matches('\'').count() + 9 * text.matches('\n').count()
        };
        let least: usize = texts.clone().map(spelt).sum();
        // In a string of Lisp a quote and a backslash are two characters each.
        let most = |text: &String| spelt(text) + text.matches(['"', '\\']).count() + 200;
        let most: usize = texts.map(most).sum();
        match least {
            _ if self.env_takes_the_program() || least > LONGEST => Some(false),
            _ if most + 4096 + 256 * self.env.len() <= LONGEST => Some(true),
            _ => None,
        }
    }

    /// Whether XML has all its characters.
    pub fn xml_holds(&self) -> bool {
        let texts = self.texts().into_iter().chain(self.env.values());
        let mut texts = texts.chain([&self.directory]).chain(&self.log);
        texts.all(|text| text.chars().all(is_xml))
    }

    /// Whether a line of a Procfile can hold it: no, yes, or too close to the limit to know.
    pub fn procfile_holds(&self) -> Option<bool> {
        const LINE: usize = 65_535;
        let texts = self.texts().into_iter();
        let texts = texts.chain(self.env.values()).chain([&self.directory]);
        let ends = [
            '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}',
        ];
        let broken = texts.clone().any(|text| text.contains(ends));
        let least: usize = texts.clone().map(String::len).sum();
        let most =
            |text: &String| 2 * text.len() + 9 * text.matches(['\n', '\'', '$']).count() + 200;
        let most: usize = texts.map(most).sum();
        match least {
            _ if self.env_takes_the_program() || broken || least > LINE => Some(false),
            _ if most + 2048 + 256 * self.env.len() <= LINE => Some(true),
            _ => None,
        }
    }

    /// Whether tmux takes it at once: no, yes, or too close to the limit to know.
    pub fn tmux_holds(&self) -> Option<bool> {
        const MESSAGE: usize = 16_320;
        let texts = self.texts().into_iter();
        let texts = texts.chain(self.env.values());
        let least: usize = texts.clone().map(String::len).sum();
        let most = |text: &String| 2 * text.len() + 200;
        let most: usize = texts.map(most).sum();
        match least {
            _ if least > MESSAGE => Some(false),
            _ if most + 2048 + 256 * self.env.len() <= MESSAGE => Some(true),
            _ => None,
        }
    }

    /// Whether supervisord's configuration can hold it.
    pub fn supervisor_holds(&self) -> bool {
        let difficult: Vec<&String> = self
            .env
            .values()
            .filter(|value| !environment_holds(value))
            .collect();
        let words = self.texts().into_iter().chain(difficult.iter().copied());
        words.into_iter().all(|word| !word.contains('\r'))
            && (difficult.is_empty() || !self.started.program.contains('='))
            && setting_holds(&self.directory)
            && self.log.as_ref().is_none_or(|log| setting_holds(log))
    }
}

/// The characters of XML 1.0, as its recommendation lists them.
fn is_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

/// White space, as Python's documentation of `str.isspace` has it.
fn is_python_space(character: char) -> bool {
    matches!(character, '\t'..='\r' | '\u{1c}'..='\u{20}' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
        | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

fn has_comment(text: &str) -> bool {
    text.char_indices()
        .any(|(index, sign)| matches!(sign, ';' | '#') && text[..index].ends_with(is_python_space))
}

/// Whether a setting without quotes can hold a path.
pub fn setting_holds(path: &str) -> bool {
    path.trim_matches(is_python_space) == path
        && !path.contains(['\n', '\r'])
        && !path.contains("%(here)s")
        && !has_comment(path)
}

/// Whether `environment=` can hold a value.
fn environment_holds(value: &str) -> bool {
    let both_quotes = value.contains('"') && value.contains('\'');
    !both_quotes
        && value.trim_matches(['"', '\'']) == value
        && !value.contains(['\n', '\r'])
        && !value.contains("%(here)s")
        && !has_comment(value)
}
