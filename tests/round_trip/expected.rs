//! What a service must be started with, told without asking the program under test, and who
//! cannot hold it.

use std::collections::BTreeMap;

use super::service::{Layout, NAMES, Place, Service, Switches};
use super::text::{Settings, Text, in_string};

/// The longest word that the system takes.
const LONGEST: usize = 131_071;

/// What a program must be started with.
#[derive(Clone, Debug)]
pub struct Expected {
    pub argv: Vec<String>,
    /// What is laid over the environment of whoever starts it.
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
    Expected {
        argv: Command {
            service,
            paths,
            settings,
        }
        .argv(),
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
    fn argv(&self) -> Vec<String> {
        let service = self.service;
        let mut argv = vec![self.paths.first_word()];
        argv.extend(self.runtime_options());
        argv.extend(["--noinform", "--disable-debugger"].map(str::to_owned));
        argv.extend(self.toplevel_options());
        let mut add = |option: &str, values: Vec<String>| {
            argv.extend(
                values
                    .into_iter()
                    .flat_map(|value| [option.to_owned(), value]),
            );
        };
        if ["asdf", "ocicl"].contains(&service.loader) {
            add("--eval", vec!["(require :asdf)".to_owned()]);
        }
        add("--load", self.setup());
        let runtime = format!("{}/.lisplaunch/runtime.lisp", self.paths.folder());
        add("--load", vec![runtime]);
        add("--eval", vec![self.boot()]);
        add("--eval", self.forms(&service.before_load));
        add("--eval", self.systems());
        add("--load", self.places(&service.load, "l"));
        add("--eval", self.package());
        add("--eval", self.stop());
        add("--eval", self.start());
        add("--eval", vec!["(lisplaunch:stay)".to_owned()]);
        argv
    }

    fn runtime_options(&self) -> Vec<String> {
        let Switches {
            merge_core_pages,
            lose_on_corruption,
            debug_environment,
            ..
        } = self.service.switches;
        let mut options = Vec::new();
        if let Some(core) = &self.service.core {
            options.extend(["--core".to_owned(), core.resolved(self.settings)]);
        }
        if let Some((_, heap)) = self.service.heap {
            options.extend(["--dynamic-space-size", heap].map(str::to_owned));
        }
        let merge = merge_core_pages.map(|merge| {
            if merge {
                "--merge-core-pages"
            } else {
                "--no-merge-core-pages"
            }
        });
        let switches = [
            debug_environment.then_some("--debug-environment"),
            lose_on_corruption.then_some("--lose-on-corruption"),
            merge,
        ];
        options.extend(switches.into_iter().flatten().map(str::to_owned));
        options
    }

    fn toplevel_options(&self) -> Vec<String> {
        let Switches {
            noprint,
            userinit,
            sysinit,
            ..
        } = self.service.switches;
        let options = [
            (sysinit == Some(false)).then_some("--no-sysinit"),
            (userinit == Some(false)).then_some("--no-userinit"),
            noprint.then_some("--noprint"),
        ];
        options.into_iter().flatten().map(str::to_owned).collect()
    }

    fn forms(&self, forms: &[super::form::Form]) -> Vec<String> {
        let words = forms.iter().map(|form| form.word.resolved(self.settings));
        words.collect()
    }

    /// What the image is told of itself.
    fn boot(&self) -> String {
        let quoted = |text: String| format!("\"{}\"", in_string(&text));
        let list = |items: Vec<String>| {
            let items: Vec<String> = items.into_iter().map(quoted).collect();
            (!items.is_empty()).then(|| format!("(list {})", items.join(" ")))
        };
        let folder = format!("{}/", self.paths.folder());
        let registry = self.places(&self.service.registry, "r");
        let registry = registry.iter().map(|path| {
            let path = path.strip_prefix(&folder).unwrap_or(path);
            format!("{path}/")
        });
        let timeout = self.service.stop_timeout.map(|(_, seconds)| seconds);
        let options = [
            (":service", self.paths.service_name().map(quoted)),
            (
                ":profiles",
                list(self.paths.profile().into_iter().collect()),
            ),
            (":file", Some(quoted(self.paths.file()))),
            (":registry", list(registry.collect())),
            (
                ":stop-timeout",
                timeout
                    .filter(|seconds| *seconds != 10)
                    .map(|seconds| seconds.to_string()),
            ),
        ];
        let options: String = options
            .into_iter()
            .filter_map(|(option, value)| Some(format!(" {option} {}", value?)))
            .collect();
        format!(
            "(lisplaunch:boot {}{options})",
            quoted(self.paths.project())
        )
    }

    fn setup(&self) -> Vec<String> {
        let default = match self.service.loader {
            "quicklisp" => Some(format!("{}/quicklisp/setup.lisp", self.paths.home())),
            "qlot" => Some(format!("{}/.qlot/setup.lisp", self.paths.folder())),
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

    fn systems(&self) -> Vec<String> {
        let service = self.service;
        let load = match service.loader {
            "none" => return Vec::new(),
            "quicklisp" | "qlot" => "ql:quickload",
            _ => "asdf:load-system",
        };
        let swank = service.swank.map(|_| ":swank");
        let systems = service
            .systems
            .iter()
            .map(|name| designator(name))
            .chain(swank);
        let systems: String = systems.map(|name| format!(" ({load} {name})")).collect();
        if systems.is_empty() {
            Vec::new()
        } else {
            vec![format!("(progn{systems})")]
        }
    }

    /// In a package of its own nothing of CL need be known.
    fn cl(&self) -> &'static str {
        self.service.package.map_or("", |_| "cl:")
    }

    /// What stands before the first start form, together with it, and the others.
    fn start(&self) -> Vec<String> {
        let service = self.service;
        let mut forms = self.forms(&service.start);
        if service.start.is_empty() && service.systems.is_empty() && service.load.is_empty() {
            forms.push("(app:main)".to_owned());
        }
        let mut start = match service.swank {
            None => "(lisplaunch:starting)".to_owned(),
            Some(swank) => {
                let close = match swank {
                    super::service::Swank::Map => format!(" :dont-close {}nil", self.cl()),
                    super::service::Swank::Port => String::new(),
                };
                format!(
                    "(lisplaunch:start-swank :port {}{close})",
                    self.paths.port()
                )
            }
        };
        if !forms.is_empty() {
            start = format!("({}progn {start} {})", self.cl(), forms.remove(0));
        }
        forms.insert(0, start);
        forms
    }

    fn package(&self) -> Vec<String> {
        let form = |name| format!("(in-package {})", designator(name));
        self.service.package.map(form).into_iter().collect()
    }

    fn stop(&self) -> Vec<String> {
        let forms = self.forms(&self.service.stop);
        if forms.is_empty() {
            return Vec::new();
        }
        vec![format!("(lisplaunch:on-stop {})", forms.join(" "))]
    }
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
        .chain(&service.stop);
    let texts = places
        .map(|place| &place.name)
        .chain(forms.map(|form| &form.word))
        .chain(service.env.values())
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
    /// `env` would take the program for a variable.
    pub fn env_takes_the_program(&self) -> bool {
        !self.env.is_empty() && self.argv[0].contains('=')
    }

    /// Whether one line of a Makefile can hold it: no, yes, or too close to tell.
    pub fn make_holds(&self) -> Option<bool> {
        let words = self
            .argv
            .iter()
            .chain(self.env.values())
            .chain([&self.directory]);
        let count = words.clone().count();
        let spelt = |word: &String| {
            word.len() + 3 * word.matches('\'').count() + 9 * word.matches('\n').count()
        };
        let least: usize = words.map(spelt).sum();
        match least {
            _ if self.env_takes_the_program() || least > LONGEST => Some(false),
            _ if least + 1024 + 20 * count + 256 * self.env.len() <= LONGEST => Some(true),
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
        let words = self.argv.iter().chain(difficult.iter().copied());
        words.into_iter().all(|word| !word.contains('\r'))
            && (difficult.is_empty() || !self.argv[0].contains('='))
            && setting_holds(&self.directory)
            && self.log.as_ref().is_none_or(|log| setting_holds(log))
    }
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
