//! A project in a folder of its own, all its files in place, and the real programs run on it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use proptest::collection::vec;
use proptest::prelude::*;
use serde_yaml::{Mapping, Value};
use tempfile::TempDir;

use super::expected::{Expected, Paths, expected};
use super::recorder::{Record, install};
use super::service::{Anchor, Call, Layout, Place, Service, in_env_file, service, tree};
use super::started::Started;
use super::text::{INTEGERS, Settings, TEXTS, TOKENS, hostile, matching};
use super::yaml::{Style, write};
use crate::support::LISPLAUNCH;

/// What is drawn at random for one project file.
#[derive(Clone)]
pub struct Drawn {
    pub folder: String,
    pub home: String,
    pub profile: Option<String>,
    pub style: Style,
    pub services: Vec<(String, Service)>,
    /// Whether the variables that hold text are set when the project is read.
    pub set: bool,
}

impl fmt::Debug for Drawn {
    /// A failure names its service, so this need not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} services, {:?}, {:?}",
            self.services.len(),
            self.style,
            self.profile
        )
    }
}

fn folder_name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("plain".to_owned()),
        hostile().prop_map(|name| format!(
            "f{}",
            name.replace('/', "_").chars().take(20).collect::<String>()
        )),
    ]
}

fn profile() -> impl Strategy<Value = String> {
    hostile().prop_map(|name| {
        format!(
            "p{}",
            name.replace(',', "").chars().take(20).collect::<String>()
        )
    })
}

pub fn drawn(count: usize) -> impl Strategy<Value = Drawn> {
    let style = prop_oneof![
        Just(Style::Serde),
        Just(Style::Json),
        any::<u64>().prop_map(Style::Mixed)
    ];
    let names = matching("[A-Za-wyz0-9][A-Za-z0-9._-]{0,12}");
    let single = prop_oneof![9 => Just(false), 1 => Just(true)];
    (
        folder_name(),
        folder_name(),
        proptest::option::of(profile()),
        style,
        vec((names, service()), count),
        any::<bool>(),
        single,
    )
        .prop_map(
            |(folder, home, profile, style, services, set, single)| Drawn {
                folder,
                home: format!("h{home}"),
                profile,
                style,
                services: services
                    .into_iter()
                    .enumerate()
                    .map(|(index, (name, service))| (format!("{name}-{index}"), service))
                    .take(if single { 1 } else { usize::MAX })
                    .collect(),
                set,
            },
        )
}

/// A project on the disk.
pub struct Project {
    root: TempDir,
    folder: PathBuf,
    home: PathBuf,
    profile: Option<String>,
    pub settings: Settings,
    pub services: Vec<(String, Service)>,
    several: bool,
    pub yaml: String,
}

/// Where one service of a project has its files.
pub struct Site<'a> {
    project: &'a Project,
    index: usize,
}

impl Project {
    pub fn new(drawn: &Drawn) -> Self {
        let root = tempfile::tempdir().unwrap();
        let top = root.path().canonicalize().unwrap();
        let mut project = Project {
            folder: top.join(&drawn.folder),
            home: top.join(&drawn.home),
            root,
            profile: drawn.profile.clone(),
            settings: text_settings(drawn.set),
            services: drawn.services.clone(),
            several: drawn.services.len() > 1,
            yaml: String::new(),
        };
        project.write_files();
        project.yaml = write(&project.tree(drawn.style), drawn.style);
        fs::write(project.file(), &project.yaml).unwrap();
        project
    }

    pub fn root(&self) -> PathBuf {
        self.root.path().canonicalize().unwrap()
    }

    pub fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    pub fn file(&self) -> PathBuf {
        self.folder.join("lisplaunch.yaml")
    }

    pub fn site(&self, index: usize) -> Site<'_> {
        Site {
            project: self,
            index,
        }
    }

    /// Gives its folder another name.
    pub fn move_to(&mut self, name: &str) {
        let folder = self.root().join(name);
        fs::rename(&self.folder, &folder).unwrap();
        self.folder = folder;
    }

    /// The file that the program of a service is.
    pub fn program(&self, index: usize) -> PathBuf {
        let file = self.site(index).program_name();
        self.root().join("bin").join(file)
    }

    /// What a service must be started with.
    pub fn expected(&self, index: usize, settings: &Settings) -> Expected {
        expected(&self.services[index].1, &self.site(index), settings)
    }

    fn write_files(&self) {
        for folder in [
            &self.folder,
            &self.home,
            &self.root().join("bin"),
            &self.root().join("out"),
        ] {
            fs::create_dir_all(folder).unwrap();
        }
        for file in [
            self.home.join("quicklisp/setup.lisp"),
            self.home.join(".local/share/ocicl/ocicl-runtime.lisp"),
            self.home.join(".roswell/lisp/quicklisp/setup.lisp"),
            self.folder.join(".qlot/setup.lisp"),
            self.folder.join(".bundle-libs/bundle.lisp"),
        ] {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "").unwrap();
        }
        let mut all = self.settings.clone();
        all.extend(other_integers());
        for (index, (_, service)) in self.services.iter().enumerate() {
            install(&self.program(index));
            self.site(index).write_env_file(service);
            for settings in [&self.settings, &all] {
                self.site(index)
                    .write_files(service, &super::expected::settings_of(service, settings));
            }
        }
    }

    fn tree(&self, style: Style) -> Value {
        let mut top = Mapping::new();
        let mut profiled = Mapping::new();
        let seed = if let Style::Mixed(seed) = style {
            seed
        } else {
            5
        };
        if self.several {
            top.insert("name".into(), "project".into());
        } else {
            top.insert("name".into(), self.services[0].0.as_str().into());
        }
        let mut services = Mapping::new();
        for (index, (name, service)) in self.services.iter().enumerate() {
            let mut map = tree(service, &self.site(index));
            let over = match self.profile {
                Some(_) => split(&mut map, seed),
                None => Mapping::new(),
            };
            if self.several {
                services.insert(name.as_str().into(), map.into());
                profiled.insert(name.as_str().into(), over.into());
            } else {
                top.extend(map);
                profiled = over;
            }
        }
        if self.several {
            top.insert("services".into(), services.into());
            profiled = Mapping::from_iter([("services".into(), profiled.into())]);
        }
        if let Some(profile) = &self.profile {
            let profiles = Mapping::from_iter([(profile.as_str().into(), profiled.into())]);
            top.insert("profiles".into(), profiles.into());
        }
        top.into()
    }

    /// The environment that everybody starts with, all variables of it being set so.
    pub fn environment(&self, settings: &Settings) -> BTreeMap<OsString, OsString> {
        let path = format!(
            "{}:/usr/local/bin:/usr/bin:/bin",
            self.root().join("bin").display()
        );
        let mut environment = BTreeMap::from([
            ("PATH".into(), path.into()),
            ("HOME".into(), self.home.clone().into_os_string()),
            ("LC_ALL".into(), "C.UTF-8".into()),
        ]);
        environment.extend(
            settings
                .iter()
                .map(|(name, value)| (OsString::from(name), value.into())),
        );
        environment
    }

    /// A program, about to run somewhere else than in the project's folder.
    pub fn command(&self, program: &str, settings: &Settings) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(self.environment(settings))
            .current_dir(self.root().join("out"))
            .stdin(Stdio::null());
        command
    }

    /// The program under test, about to run on this project.
    pub fn lisplaunch(&self, settings: &Settings, arguments: &[&str]) -> Command {
        let mut command = self.command(LISPLAUNCH, settings);
        command.args(arguments).arg("-f").arg(self.file());
        if let Some(profile) = &self.profile {
            command.arg(format!("--profile={profile}"));
        }
        command
    }

    /// What the program under test prints.
    pub fn printed(&self, settings: &Settings, arguments: &[&str]) -> String {
        let output = self.lisplaunch(settings, arguments).output().unwrap();
        String::from_utf8(self.success(&arguments.join(" "), output).stdout).unwrap()
    }

    /// The output of a run that went well.
    pub fn success(&self, what: &str, output: Output) -> Output {
        assert!(
            output.status.success(),
            "{what}: {}\n{:.3000}\n{:.3000}",
            output.status,
            String::from_utf8_lossy(&output.stderr),
            self.yaml
        );
        output
    }

    /// Asserts that the program of a service has been started with what it must be, by a
    /// caller who adds these variables to its environment.
    pub fn assert_started(
        &self,
        index: usize,
        settings: &Settings,
        consumer: &str,
        added: &[&str],
    ) {
        self.assert_started_anew(index, settings, consumer, added, &[]);
    }

    /// The same, where some variables have other values than in the environment of its caller,
    /// unless the service says otherwise.
    pub fn assert_started_anew(
        &self,
        index: usize,
        settings: &Settings,
        consumer: &str,
        added: &[&str],
        replaced: &[&str],
    ) {
        let (name, _) = &self.services[index];
        let expected = self.expected(index, settings);
        let record = Record::take(&self.program(index)).unwrap_or_else(|| {
            panic!(
                "{consumer} started nothing for `{name}`\n{:.3000}",
                self.yaml
            )
        });
        let mut environment = self.environment(settings);
        environment.retain(|name, _| replaced.iter().all(|replaced| name != replaced));
        environment.extend(
            expected
                .env
                .iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
        let mut came = record.environment;
        came.retain(|name, _| {
            environment.contains_key(name) || added.iter().all(|added| name != added)
        });
        let difference = different_start(&expected.started, &expected.read(&record.argv))
            .or_else(|| different(&expected.directory, &record.directory.display().to_string()))
            .or_else(|| different(&expected.umask, &record.umask))
            .or_else(|| different_variable(&environment, &came));
        if let Some(difference) = difference {
            panic!(
                "{consumer} starts `{name}` with something else: {difference:.3000}\n{:.3000}",
                self.yaml
            );
        }
    }
}

/// What is done otherwise, in the first step that differs.
fn different_start(expected: &Started, came: &Result<Started, String>) -> Option<String> {
    let came = match came {
        Ok(came) if came == expected => return None,
        Ok(came) => came,
        Err(error) => return Some(error.clone()),
    };
    let longest = expected.steps.len().max(came.steps.len());
    let step = (0..longest).find(|index| expected.steps.get(*index) != came.steps.get(*index));
    match step {
        Some(index) => different(&expected.steps.get(index), &came.steps.get(index)),
        None => different(expected, came),
    }
}

fn different<T: PartialEq + fmt::Debug>(expected: &T, came: &T) -> Option<String> {
    (expected != came).then(|| format!("{came:?} instead of {expected:?}"))
}

fn different_variable(
    expected: &BTreeMap<OsString, OsString>,
    came: &BTreeMap<OsString, OsString>,
) -> Option<String> {
    let names = expected.keys().chain(came.keys());
    let name = names
        .into_iter()
        .find(|name| expected.get(*name) != came.get(*name))?;
    Some(format!(
        "`{}` is {:?} instead of {:?}",
        name.display(),
        came.get(name),
        expected.get(name)
    ))
}

/// Moves some keys of a service into a profile, leaving others of that name in their place.
fn split(map: &mut Mapping, seed: u64) -> Mapping {
    let keys: Vec<Value> = map.keys().cloned().collect();
    let moved = |index: &usize| (seed >> (index % 60)) & 1 == 1;
    let keys = (0..keys.len())
        .filter(moved)
        .map(|index| keys[index].clone());
    let mut over = Mapping::new();
    for key in keys {
        let value = map.remove(&key).unwrap();
        if [
            "start",
            "stop",
            "systems",
            "load",
            "directory",
            "package",
            "umask",
        ]
        .contains(&key.as_str().unwrap())
        {
            map.insert(key.clone(), "something-else".into());
        }
        over.insert(key, value);
    }
    over
}

fn text_settings(set: bool) -> Settings {
    let variables = TOKENS.iter().chain(TEXTS).filter(|_| set);
    variables
        .map(|variable| (variable.name, variable.other.to_owned()))
        .collect()
}

/// All integers, set to something else than their default.
pub fn other_integers() -> Settings {
    INTEGERS
        .iter()
        .map(|variable| (variable.name, variable.other.to_owned()))
        .collect()
}

impl Site<'_> {
    fn service(&self) -> &Service {
        &self.project.services[self.index].1
    }

    fn program_name(&self) -> String {
        format!("p{}-{}", self.index, self.service().program)
    }

    fn name_before(&self, role: &str) -> String {
        format!("{role}-{}", self.index)
    }

    /// Every second one as a person at Windows would write it.
    fn write_env_file(&self, service: &Service) {
        let (begin, end) = [("", "\n"), ("\u{feff}# a comment\r\n\r\n", "\r\n")][self.index % 2];
        let lines = service.env_file.iter().map(|(name, value)| {
            let value = in_env_file(value).unwrap();
            format!("{name}={value}{end}")
        });
        let text = format!("{begin}{}", lines.collect::<String>());
        let file = format!("{}.env", self.index);
        fs::write(self.project.folder.join(file), text).unwrap();
    }

    fn write_files(&self, service: &Service, settings: &Settings) {
        let path = |(place, role): (&Place, String)| self.path(place, &role, settings);
        let listed = |places: &'_ [Place], role: &str| -> Vec<(Place, String)> {
            places
                .iter()
                .cloned()
                .enumerate()
                .map(|(index, place)| (place, format!("{role}{index}")))
                .collect()
        };
        for folder in service
            .directory
            .iter()
            .map(|place| (place, "d".to_owned()))
            .map(path)
        {
            fs::create_dir_all(folder).unwrap();
        }
        for (place, role) in &listed(&service.registry, "r") {
            fs::create_dir_all(path((place, role.clone()))).unwrap();
        }
        for file in service
            .setup
            .iter()
            .map(|place| (place, "s".to_owned()))
            .map(path)
        {
            fs::write(file, "").unwrap();
        }
        for (place, role) in &listed(&service.load, "l") {
            fs::write(path((place, role.clone())), "").unwrap();
        }
    }
}

impl Layout for Site<'_> {
    fn written(&self, place: &Place, role: &str) -> String {
        let folder = match place.anchor {
            Anchor::Relative => String::new(),
            Anchor::Dot => "./".to_owned(),
            Anchor::Home => "~/".to_owned(),
            Anchor::Absolute => format!(
                "{}/",
                self.project.folder.to_str().unwrap().replace('$', "$$")
            ),
        };
        format!("{folder}{}{}", self.name_before(role), place.name.written())
    }

    fn program(&self) -> String {
        let program = match self.service().call {
            Call::Path => self
                .project
                .program(self.index)
                .into_os_string()
                .into_string()
                .unwrap(),
            Call::OnPath => self.program_name(),
        };
        program.replace('$', "$$")
    }

    fn env_file(&self) -> String {
        format!("{}.env", self.index)
    }

    fn port(&self) -> u16 {
        4000 + u16::try_from(self.index).unwrap()
    }
}

impl Paths for Site<'_> {
    fn path(&self, place: &Place, role: &str, settings: &Settings) -> String {
        let folder = match place.anchor {
            Anchor::Home => &self.project.home,
            _ => &self.project.folder,
        };
        format!(
            "{}/{}{}",
            folder.display(),
            self.name_before(role),
            place.name.resolved(settings)
        )
    }

    fn folder(&self) -> String {
        self.project.folder.display().to_string()
    }

    fn home(&self) -> String {
        self.project.home.display().to_string()
    }

    fn first_word(&self) -> String {
        Layout::program(self).replace("$$", "$")
    }

    fn project(&self) -> String {
        self.service_name().map_or_else(
            || self.project.services[self.index].0.clone(),
            |_| "project".to_owned(),
        )
    }

    fn service_name(&self) -> Option<String> {
        let name = self.project.services[self.index].0.clone();
        self.project.several.then_some(name)
    }

    fn profile(&self) -> Option<String> {
        self.project.profile.clone()
    }

    fn file(&self) -> String {
        self.project.file().display().to_string()
    }
}
