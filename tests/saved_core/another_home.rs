//! An image that is started by another user than the one who has saved it.

use std::fs;

use crate::end_to_end::running::Running;
use crate::end_to_end::with_compiled_systems;
use crate::support::Project;
use crate::support::ports::free_port;

const YAML: &str = r"
name: app
loader: asdf
start: (+ 1 1)
swank: SWANK
core: true
stop-timeout: 1s
";

/// Where the image would keep, or look for, what belongs to a user.
const FOLDERS: &str = r#"
(format t "~{~a~%~}"
        (list (user-homedir-pathname)
              swank-loader:*fasl-directory*
              (first swank::*load-path*)
              (asdf:apply-output-translations "/srv/a.fasl")
              (uiop:xdg-cache-home)
              (lisplaunch::secret-file :slime)))
"#;

#[test]
fn nothing_of_the_builder_is_in_it() {
    let project = Project::new(&YAML.replace("SWANK", &free_port().to_string()))
        .with_file("~/.slime-secret", "the builder's\n")
        .with_file("../starter/.slime-secret", "the starter's\n")
        .with_variable("LC_ALL", "C.UTF-8");
    let project = with_compiled_systems(project);
    project.run(&["build"]).success();

    let starter = project.home().parent().unwrap().join("starter");
    let as_starter = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        command.env("HOME", &starter).env_remove("XDG_CACHE_HOME");
        command
    };
    for home in [project.home(), starter.clone()] {
        use std::os::unix::fs::PermissionsExt;
        let secret = home.join(".slime-secret");
        fs::set_permissions(secret, fs::Permissions::from_mode(0o600)).unwrap();
    }
    let mut service = Running::start(as_starter(&["run"]));
    let said = service.until("it answers one who knows the starter's secret", || {
        let outcome = project.outcome(as_starter(&["eval", FOLDERS]));
        (outcome.code == Some(0)).then_some(outcome.stdout)
    });
    let folders: Vec<&str> = said.lines().filter(|line| *line != "NIL").collect();
    assert_eq!(folders.len(), 6);
    for folder in folders {
        assert!(folder.starts_with(starter.to_str().unwrap()), "{said}");
    }
    let stranger = project.run(&["eval", "1"]);
    let said = stranger.stderr;
    assert!(said.contains("as it does on a wrong secret"), "{said}");
    service.stop();
}
