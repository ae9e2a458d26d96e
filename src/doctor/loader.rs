//! Whether what loads the systems is there, and signs that it should be another.

use std::path::{Path, PathBuf};

use super::finding::Finding;
use super::scene::{Scene, names};
use crate::host;
use crate::launch;
use crate::plan::loader::Loader;
use crate::plan::service::Service;

/// Files of a project that another loader is used with.
const SIGNS: [(&str, &str, Loader); 3] = [
    ("qlfile", "qlot", Loader::Qlot),
    ("ocicl.csv", "ocicl", Loader::Ocicl),
    ("systems.csv", "ocicl", Loader::Ocicl),
];

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Loader::ALL
        .into_iter()
        .filter_map(|(name, loader)| setup(scene, name, loader))
        .collect();
    findings.extend(signs(scene));
    findings
}

/// How one loader is that services use.
fn setup(scene: &Scene<'_>, name: &str, loader: Loader) -> Option<Finding> {
    let services = scene.services.iter();
    let services: Vec<&Service> = services
        .filter(|service| service.loader == loader && loader != Loader::None)
        .collect();
    let first = services.first()?;
    let missing = services.iter().find_map(|service| {
        let mut needs = service.needs.iter();
        launch::missing(needs.find(|need| need.key == "setup")?)
    });
    if let Some(problem) = missing {
        return Some(Finding::from(&problem));
    }
    let users = names(services.iter().copied());
    let found = match &first.setup {
        Some(setup) => {
            let setup = setup.resolved();
            let version = version(Path::new(&setup));
            format!("{name}{version}, `{setup}`, loads the systems of {users}")
        }
        None => format!("ASDF as SBCL brings it loads the systems of {users}"),
    };
    Some(Finding::ok(found))
}

/// The version of Quicklisp's dist beside its setup file, if it can be read.
fn version(setup: &Path) -> String {
    let info = setup.with_file_name("dists/quicklisp/distinfo.txt");
    let text = host::read_text(&info).unwrap_or_default();
    let version = text.lines().find_map(|line| line.strip_prefix("version: "));
    version.map_or(String::new(), |version| format!(" {}", version.trim()))
}

fn signs(scene: &Scene<'_>) -> impl Iterator<Item = Finding> {
    let file = |name: &str| -> Option<PathBuf> { Some(scene.folder?.join(name)) };
    let present = SIGNS
        .into_iter()
        .filter(move |(name, ..)| file(name).is_some_and(|file| file.is_file()));
    present.filter_map(|(file, name, loader)| {
        let others = scene.services.iter();
        let mut others = others.filter(|service| service.loader != loader);
        let service = others.next()?;
        Some(
            Finding::warning(format!(
                "there is a `{file}`, and `{}` loads its systems without {name}: not the versions that it names",
                service.name
            ))
            .cure(format!("`loader: {name}` in the project file")),
        )
    })
}
