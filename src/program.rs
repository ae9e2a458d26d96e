//! The file that a service's program is, found as `execvp` would find it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rustix::fs::Access;

use crate::host::Host;
use crate::plan::service::Service;
use crate::problem::Problem;

/// Where `execvp` looks when there is no PATH.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// The file that `sbcl.program` means where `service` is started by `host`.
///
/// # Errors
/// When there is none, or it may not be executed.
pub fn find(service: &Service, host: &Host) -> Result<PathBuf, Problem> {
    let program = service.sbcl.program.resolved();
    if program.contains('/') {
        let file = PathBuf::from(&program);
        return if is_executable(&file) {
            Ok(file)
        } else if file.is_file() {
            Err(
                Problem::error(format!("`{program}` may not be executed by this user"))
                    .help("`sbcl.program` names it: make it executable, or name another"),
            )
        } else {
            Err(Problem::error(format!("there is no program `{program}`"))
                .help("`sbcl.program` names it: a path, or a name on the PATH"))
        };
    }
    let path = search_path(service, host);
    let directory = PathBuf::from(service.directory.resolved());
    std::env::split_paths(&path)
        .map(|folder| directory.join(folder).join(&program))
        .find(|file| is_executable(file))
        .ok_or_else(|| {
            Problem::error(format!("there is no program `{program}` on the PATH"))
                .help(format!("the PATH is `{}`", path.to_string_lossy()))
                .help("install it (Debian and Ubuntu: `apt-get install sbcl`), or name its file with `sbcl.program`")
        })
}

/// The first program of this name on the PATH of `host`, if there is one.
pub fn on_path(name: &str, host: &Host) -> Option<PathBuf> {
    let path = host.environment.get("PATH").cloned();
    let path = path.unwrap_or_else(|| DEFAULT_PATH.into());
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| is_executable(file))
}

fn search_path(service: &Service, host: &Host) -> OsString {
    let own = service.env.iter().find(|(name, _)| name == "PATH");
    match own {
        Some((_, path)) => path.resolved().into(),
        None => host
            .environment
            .get("PATH")
            .cloned()
            .unwrap_or_else(|| DEFAULT_PATH.into()),
    }
}

fn is_executable(file: &Path) -> bool {
    file.is_file() && rustix::fs::access(file, Access::EXEC_OK).is_ok()
}
