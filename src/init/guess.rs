//! Chooses a system, a loader, and the forms that start and stop it.

use std::path::Path;

use super::asd::{self, System};
use super::choice::{Guess, Guesses};
use super::package::{Exported, exported};
use super::sources::{self, SourceFile};
use crate::import::import;
use crate::plan::name::Name;
use crate::problem::{Problem, Source};

/// Names of functions that start something, the likelier ones first.
const STARTS: [&str; 8] = [
    "start",
    "main",
    "start-server",
    "run",
    "serve",
    "start-app",
    "boot",
    "run-server",
];

/// Names of functions that stop it.
const STOPS: [&str; 4] = ["stop", "stop-server", "shutdown", "stop-app"];

/// Files that start services in other ways.
const OTHERS: [&str; 5] = [
    "Procfile",
    "Dockerfile",
    "Makefile",
    "compose.yaml",
    "docker-compose.yml",
];

pub(super) fn guess(folder: &Path, home: Option<&Path>, port: u16) -> Result<Guesses, Problem> {
    let definitions = sources::below(folder, &["asd"]);
    let systems: Vec<(System, &SourceFile)> = definitions
        .iter()
        .flat_map(|file| {
            asd::systems(&file.text)
                .into_iter()
                .map(move |system| (system, file))
        })
        .collect();
    let own = folder
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let Some((system, file)) = main_system(&systems, own) else {
        return Err(no_system(folder));
    };
    let code = sources::below(folder, &["lisp", "cl"]);
    let start = start(folder, system, &code);
    let package = start.as_ref().and_then(|guess| package_of(&guess.value));
    Ok(Guesses {
        name: project_name(own, &system.name),
        loader: loader(folder, home),
        registry: vec![folder_of(&file.path).to_owned()],
        system: Guess::new(system.name.clone(), chosen_from(&systems, &file.path)),
        stop: stop(&code, package.as_deref()),
        start,
        swank: Guess::new(
            port.to_string(),
            "a port that no other service of yours has",
        ),
    })
}

fn no_system(folder: &Path) -> Problem {
    Problem::error(format!(
        "no `.asd` file in `{}` defines a system",
        folder.display()
    ))
    .help("`lisplaunch init --template hunchentoot` makes a new project; clack, lucerne, caveman and worker are others")
    .help("`lisplaunch import FILE` reads the Makefile, unit or script that starts it now")
}

/// Why a system was chosen.
fn chosen_from(systems: &[(System, &SourceFile)], file: &str) -> String {
    const SHOWN: usize = 6;
    let names: Vec<&str> = systems
        .iter()
        .map(|(system, _)| system.name.as_str())
        .collect();
    match names.as_slice() {
        [_] => format!("the system of {file}"),
        [first @ .., _] if first.len() >= SHOWN => format!("one of {} systems", names.len()),
        names => format!("one of the systems {}", names.join(", ")),
    }
}

/// The name of a project that its files agree on.
fn project_name(folder: &str, system: &str) -> String {
    let system = system.split('/').next().unwrap_or(system);
    let names = [system, folder]
        .into_iter()
        .find(|name| Name::parse(name).is_ok());
    names.unwrap_or("my-app").to_owned()
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(folder, _)| folder)
}

/// The system that a service would load: not one for tests, rather one that is started, that is
/// called like the folder, or that no other one needs.
fn main_system<'s>(
    systems: &'s [(System, &'s SourceFile)],
    folder: &str,
) -> Option<(&'s System, &'s SourceFile)> {
    let rank = |system: &System| {
        let name = system.name.as_str();
        let parts = ["test", "tests", "docs", "doc", "examples", "bench"];
        let aside = name
            .rsplit(['/', '-', '.'])
            .next()
            .is_some_and(|part| parts.contains(&part));
        let needed = systems
            .iter()
            .any(|(other, _)| other.needs.contains(&system.name));
        (
            aside,
            system.entry_point.is_none(),
            name != folder,
            name.contains('/'),
            needed,
        )
    };
    let best = systems.iter().min_by_key(|(system, _)| rank(system));
    best.map(|(system, file)| (system, *file))
}

pub(super) fn loader(folder: &Path, home: Option<&Path>) -> Guess<&'static str> {
    let here = |name: &str| folder.join(name).exists();
    let at_home = |name: &str| home.is_some_and(|home| home.join(name).exists());
    if here(".bundle-libs/bundle.lisp") {
        Guess::new("qlot-bundle", "`.bundle-libs/` is here")
    } else if here(".qlot") || here("qlfile") {
        Guess::new("qlot", "`qlfile` or `.qlot/` is here")
    } else if here("ocicl.csv") || here("systems.csv") {
        Guess::new("ocicl", "`ocicl.csv` is here")
    } else if at_home("quicklisp/setup.lisp") || at_home(".quicklisp/setup.lisp") {
        Guess::new("quicklisp", "Quicklisp is in your home folder")
    } else if at_home(".roswell/lisp/quicklisp/setup.lisp") {
        Guess::new("roswell", "the Quicklisp of Roswell is in your home folder")
    } else {
        Guess::new(
            "asdf",
            "Quicklisp is not in your home folder: only what is installed is found",
        )
    }
}

/// What starts the service, by the definition of the system, its packages, or other files.
fn start(folder: &Path, system: &System, code: &[SourceFile]) -> Option<Guess<String>> {
    if let Some(function) = &system.entry_point {
        let why = format!("the `:entry-point` of `{}`", system.name);
        return Some(Guess::new(format!("({function})"), why));
    }
    let exported = exported(code);
    by_export(system, &exported)
        .or_else(|| by_framework(code))
        .or_else(|| by_other_file(folder))
}

fn by_export(system: &System, exported: &[Exported]) -> Option<Guess<String>> {
    let rank = |function: &&Exported| {
        let position = STARTS.iter().position(|name| *name == function.name);
        let base = system.name.split('/').next().unwrap_or_default();
        let own = function.package == system.name || function.package == base;
        (!own, position)
    };
    let callable =
        |function: &&Exported| STARTS.contains(&function.name.as_str()) && function.required == 0;
    let function = exported.iter().filter(callable).min_by_key(rank)?;
    let Exported { package, name, .. } = function;
    let port = function.keywords.iter().any(|keyword| keyword == "port");
    let port = if port { " :port ${PORT:-8080}" } else { "" };
    let why = format!("`{package}` exports `{name}` ({})", function.file);
    Some(Guess::new(format!("({package}:{name}{port})"), why))
}

/// An application of Lucerne or Clack that nothing else starts.
fn by_framework(code: &[SourceFile]) -> Option<Guess<String>> {
    for file in code {
        let trees = crate::lisp::tree::read_trees(&file.text).unwrap_or_default();
        let mut package = None;
        for tree in &trees {
            let name = tree.items().get(1);
            match tree.operator().as_deref() {
                Some("in-package") => package = name.and_then(crate::lisp::tree::Tree::designator),
                Some("defapp" | "lucerne:defapp") => {
                    let app = name?.symbol()?.to_lowercase();
                    let package = package?;
                    let form = format!("(lucerne:start {package}::{app} :port ${{PORT:-8080}})");
                    return Some(Guess::new(form, format!("`defapp` in {}", file.path)));
                }
                _ => {}
            }
        }
        if file.path == "app.lisp" && file.text.contains("lack") {
            let form = "(clack:clackup #p\"app.lisp\" :port ${PORT:-5000})".to_owned();
            return Some(Guess::new(
                form,
                "app.lisp looks like an application of Clack",
            ));
        }
    }
    None
}

/// What the Procfile, Dockerfile or Makefile of the folder starts.
fn by_other_file(folder: &Path) -> Option<Guess<String>> {
    OTHERS.iter().find_map(|name| {
        let text = crate::host::read_text(&folder.join(name)).ok()?;
        let name = (*name).to_owned();
        let source = Source {
            name: name.clone(),
            text,
        };
        let imported = import(&[source]).ok()?;
        let [service] = imported.services.as_slice() else {
            return None;
        };
        let [form] = service.start.as_slice() else {
            return None;
        };
        let why = format!("{name} does it; `lisplaunch import {name}` takes over all of it");
        Some(Guess::new(imported.marks.value(form), why))
    })
}

fn package_of(form: &str) -> Option<String> {
    let (package, _) = form.strip_prefix('(')?.split_once(':')?;
    Some(package.to_owned())
}

fn stop(code: &[SourceFile], package: Option<&str>) -> Option<Guess<String>> {
    let package = package?;
    let exported = exported(code);
    let own = exported
        .iter()
        .filter(|function| function.package == package);
    let stops = own.filter(|function| function.required == 0);
    let rank = |function: &Exported| STOPS.iter().position(|name| *name == function.name);
    let function = stops
        .filter(|function| rank(function).is_some())
        .min_by_key(|function| rank(function))?;
    let form = format!("({package}:{})", function.name);
    let why = format!(
        "`{package}` exports `{}`; it runs before the process ends",
        function.name
    );
    Some(Guess::new(form, why))
}
