//! Whether the folder of compiled files can be written, and there is room in it.

use std::path::{Path, PathBuf};

use rustix::fs::{Access, access, statvfs};

use super::finding::Finding;
use super::scene::{Scene, variable};
use crate::host::account::{Account, Wish};
use crate::plan::quantity::{Bytes, MEGABYTE};
use crate::plan::service::Service;

/// What the compiled files of a project and its libraries may take.
const ROOM: u64 = 100 * MEGABYTE;

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for service in scene.services {
        let finding = judge(scene, service);
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    findings
}

fn judge(scene: &Scene<'_>, service: &Service) -> Finding {
    let name = &service.name;
    let Some(folder) = folder(scene, service) else {
        return Finding::error(format!(
            "`{name}` has no home folder for its compiled files"
        ))
        .cure("`env: {XDG_CACHE_HOME: …}` in the project file");
    };
    let shown = folder.display();
    let there = folder.ancestors().find(|path| path.exists());
    let there = there.unwrap_or(Path::new("/"));
    let account = service.user.as_deref().and_then(Account::find);
    let writable = match &account {
        // A unit brings a folder of its own.
        Some(_) if scene.has_units_only() => true,
        Some(account) => account.obstacle(there, Wish::Fill).is_none(),
        None => access(there, Access::WRITE_OK | Access::EXEC_OK).is_ok(),
    };
    if !writable {
        return Finding::error(format!(
            "`{name}` cannot write its compiled files to `{shown}`"
        ))
        .cure("`env: {XDG_CACHE_HOME: …}` names a folder that its user can write");
    }
    match room(there) {
        Some(room) if room < ROOM => Finding::warning(format!(
            "there is room for {} of compiled files in `{shown}`",
            Bytes(room / MEGABYTE * MEGABYTE)
        ))
        .cure("make room on that disk: a start without it compiles everything again, or fails"),
        _ => Finding::ok(format!("compiled files go to `{shown}`")),
    }
}

/// ASDF's folder, as far as variables say where it is.
fn folder(scene: &Scene<'_>, service: &Service) -> Option<PathBuf> {
    let own = |name| variable(service, name, scene.host).map(PathBuf::from);
    let home = || {
        let given = service.env.iter().any(|(name, _)| name == "HOME");
        let given = given.then(|| own("HOME")).flatten();
        given.or_else(|| service.home.as_deref().map(PathBuf::from))
    };
    let cache = own("XDG_CACHE_HOME").filter(|cache| cache.is_absolute());
    let cache = cache.or_else(|| Some(home()?.join(".cache")))?;
    Some(cache.join("common-lisp"))
}

fn room(folder: &Path) -> Option<u64> {
    let found = statvfs(folder).ok()?;
    found.f_bavail.checked_mul(found.f_frsize)
}
