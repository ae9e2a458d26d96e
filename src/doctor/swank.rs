//! Whether swank is where services find it, and its version.

use std::fs;
use std::path::{Path, PathBuf};

use super::finding::Finding;
use super::scene::Scene;
use crate::host;
use crate::plan::loader::Loader;
use crate::plan::service::Service;

/// The oldest version that lisplaunch is tested with.
const OLDEST: (u32, u32) = (2, 27);

/// Where Debian has it.
const DEBIAN: &str = "/usr/share/common-lisp/source/slime";

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let served = scene.services.iter();
    let mut served = served.filter(|service| service.swank.is_some());
    // What one finds, all of this machine find as a rule.
    served.next().map(judge).into_iter().collect()
}

fn judge(service: &Service) -> Finding {
    if service.loader == Loader::None {
        let name = &service.name;
        return Finding::unknown(format!(
            "`{name}` has no loader, so its own code must load swank"
        ));
    }
    let Some(folder) = folders(service).find(|folder| folder.join("swank.asd").is_file()) else {
        return Finding::unknown(
            "swank is not where Debian, Quicklisp, qlot or ocicl put it, nor in `registry`",
        )
        .cure("`lisplaunch check --load` asks sbcl itself")
        .cure("`apt-get install cl-swank`, or `(ql:quickload :swank)` once, installs it");
    };
    let place = folder.display();
    match version(&folder) {
        None => Finding::unknown(format!("the version of swank in `{place}`")),
        Some(version) if numbers(&version).is_some_and(|numbers| numbers < OLDEST) => {
            let (major, minor) = OLDEST;
            Finding::warning(format!(
                "swank {version} in `{place}` is older than {major}.{minor}, the oldest that lisplaunch is tested with"
            ))
            .cure("install a newer one")
        }
        Some(version) => Finding::ok(format!("swank {version}, `{place}`")),
    }
}

/// Where swank may be, the first that counts first.
fn folders(service: &Service) -> impl Iterator<Item = PathBuf> {
    let registry = service.registry.iter();
    let registry = registry.map(|folder| PathBuf::from(folder.resolved()));
    let folder = Path::new(&service.identity.folder);
    let home = service.home.as_deref().map(Path::new);
    let setup = service.setup.as_ref();
    let setup = setup.map(|setup| PathBuf::from(setup.resolved()));
    // A dist of Quicklisp, or of qlot, has a folder for each release.
    let dists = setup.iter().filter_map(|setup| setup.parent());
    let dists = dists.flat_map(|folder| below(&folder.join("dists")));
    let software = dists.map(|dist| dist.join("software"));
    let homes = home.into_iter();
    let homes = homes.flat_map(|home| {
        [
            home.join("common-lisp"),
            home.join(".local/share/common-lisp/source"),
        ]
    });
    let parents = software
        .chain([folder.join("systems"), folder.join("ocicl")])
        .chain(homes);
    let slimes: Vec<PathBuf> = parents.flat_map(|parent| slimes_in(&parent)).collect();
    registry.chain(slimes).chain([DEBIAN.into()])
}

fn slimes_in(parent: &Path) -> Vec<PathBuf> {
    let mut folders = below(parent);
    folders.retain(|folder| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("slime") || name.starts_with("swank")
    });
    folders
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// What swank reads its own version from.
fn version(folder: &Path) -> Option<String> {
    // Debian's package has a file of its own instead of SLIME's for Emacs.
    if let Ok(text) = host::read_text(&folder.join("slime-version")) {
        return Some(text.trim().trim_matches('"').to_owned());
    }
    let bytes = fs::read(folder.join("slime.el")).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(";; Version: "))?;
    Some(line.trim().to_owned())
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let (major, rest) = version.split_once('.')?;
    let minor = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
