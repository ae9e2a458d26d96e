//! The guide, typed from top to bottom into one shell.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use crate::docs::page::Page;
use crate::end_to_end::running::Running;
use crate::support::ports::free_port;
use crate::support::{LISPLAUNCH, Project};
use crate::swank_server::real::cache;

/// What installs Debian's packages; `tests/run` has done so.
const INSTALL: &str = "sudo apt-get install ";

#[test]
fn every_command_of_the_guide_runs() {
    let (project, port) = (Project::empty(), free_port().to_string());
    let mut script = Page::read("docs/guide.md").commands().join("\n") + "\n";
    script = script.replace(INSTALL, "dpkg-query --show ");
    script = script.replace("8080", &port).replace("sudo ", "");
    let folder = std::path::Path::new(LISPLAUNCH).parent().unwrap();
    let mut shell = Command::new("sh");
    shell
        .args(["-ec", &script])
        .current_dir(project.folder())
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
        .env("HOME", project.home())
        .env("XDG_CACHE_HOME", cache())
        .env("LC_ALL", "C.UTF-8")
        .env("PORT", &port)
        .env("SWANK_PORT", free_port().to_string())
        .stdin(Stdio::null());
    let mut shell = Running::start(shell);
    let status = shell.wait();
    let said = shell.stdout();
    assert!(status.success(), "{said}{}", shell.stderr());
    assert!(said.contains("Hello, world!\n"), "{said}");
    assert!(said.contains("\nserver {\n"), "{said}");
    let written = fs::read_to_string(project.folder().join("my-site/lisplaunch.yaml")).unwrap();
    assert_eq!(
        keys(&Page::read("docs/guide.md").blocks_of("yaml")[0]),
        keys(&written)
    );
}

/// The lines of a project file without comments, and without the places that they are at.
fn keys(yaml: &str) -> BTreeSet<&str> {
    let lines = yaml
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).collect()
}
