//! Services that start together.

use std::fs;
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

/// The port's number, and who holds it.
#[test]
fn a_port_in_use_is_reported() {
    let project = project("secret: none");
    let mut first = Service::start(&project);
    let mut second = Service::spawn(&project);
    assert_eq!(second.end().code(), Some(1));
    let expected = format!("port {} is held by sbcl, pid {}", first.port, first.pid());
    assert!(second.log().contains(&expected), "{}", second.log());
    first.assert_alive();
}
