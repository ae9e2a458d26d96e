//! Services that start together.

use std::fs;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::service::{Service, project};

/// Without `compile-whole` one loads what another has half written, and ends.
#[test]
fn several_services_may_share_a_cold_cache() {
    let cache = TempDir::new().unwrap();
    let projects = [(); 3].map(|()| {
        project("secret: none").with_variable("XDG_CACHE_HOME", cache.path().to_str().unwrap())
    });
    let mut services = projects.each_ref().map(Service::spawn);
    for (service, project) in services.iter_mut().zip(&projects) {
        let ready = project.folder().join("ready");
        let compiling = Duration::from_secs(180);
        service.wait_long_for("a cold start", compiling, || ready.exists());
        service.assert_serves(None, "a cold start");
    }
    let left = fs::read_dir(cache.path().join("lisplaunch")).unwrap();
    let left = left.filter(|file| !is_fasl(&file.as_ref().unwrap().path()));
    assert_eq!(left.count(), 0, "unfinished files");
}

fn is_fasl(path: &std::path::Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "fasl")
}

/// A manager starts sbcl without asking `run`, which would have said so before.
#[test]
fn a_port_in_use_is_reported() {
    let project = project("secret: none");
    let mut first = Service::start(&project);
    let mut run = project.command(&["run", "--dry-run"]);
    let line = String::from_utf8(run.output().unwrap().stdout).unwrap();
    let environment = run.get_envs();
    let environment = environment.filter_map(|(name, value)| Some((name, value?)));
    let mut command = Command::new("sh");
    command.args(["-c", &line]).env_clear().envs(environment);
    let outcome = project.outcome(command);
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    let (port, pid) = (first.port, first.pid());
    let last = outcome.stderr.lines().last().unwrap();
    let expected = format!(
        "lisplaunch: app did not start: starting swank on port {port}: \
         port {port} is held by sbcl, pid {pid}"
    );
    assert_eq!(last, expected);
    first.assert_alive();
}
