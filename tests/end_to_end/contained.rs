//! An image that is built from the Dockerfile, and what runs in its containers: started by hand, in
//! a pod, by Compose and by systemd.

mod hand;
mod pod;
mod unit;
mod whole;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::network::get;
use super::running::eventually;
use crate::consumer::{Base, Containers, apart, unpacked_from_next_release};
use crate::support::{LISPLAUNCH, Project, REPOSITORY};

/// What a Debian with sbcl is, as far as examples need it.
const DEBIAN: Base = Base {
    name: "container-sbcl",
    packages: &["sbcl"],
    sbcl: None,
};

/// The port of the example, which its containers have for themselves.
const PORT: u16 = 8080;

/// Beside the keys of the example: variables that may be a secret and that may not, a folder to
/// write to, and a limit that the heap depends on.
const KEYS: &str = "
core: {executable: true}
container: {image: localhost/hello}
writable: [var]
limits: {memory: 1GB}
sbcl: {dynamic-space-size: 75%}
env:
  GREETING: \"it's \\\"$$5\\\" 100% ü\"
  API_TOKEN: \"s3cret $${x} %h\"
";

/// Leaves a file when it has run to its end.
const STOP: &str = "
stop:
  - (hello:stop)
  - (with-open-file (out \"var/stopped\" :direction :output) (write-line \"yes\" out))
";

/// What the program has of it, and of the image.
const ENVIRONMENT: [&str; 4] = [
    "GREETING=it's \"$5\" 100% ü",
    "API_TOKEN=s3cret ${x} %h",
    "HOME=/home/app",
    "LANG=C.UTF-8",
];

/// Writes as the user of the image, and to the image.
const WRITE: &str = "id -u
set -e
mkdir -p ~/.cache
touch /app/var/x /tmp/x ~/.cache/x
rm /app/var/x
touch /app/x 2>/dev/null || echo no";

/// The hello example, and the image of it.
struct Image {
    project: Project,
    containers: Containers,
}

impl Image {
    fn build() -> Self {
        let project = copied("hello");
        let file = project.folder().join("lisplaunch.yaml");
        let yaml = fs::read_to_string(&file).unwrap();
        let changed = yaml
            .replace(
                "\nhttp: ${PORT:-8080} ",
                "\nhttp: {port: \"${PORT:-8080}\", path: /} ",
            )
            .replace("\nstop: (hello:stop) ", &format!("{STOP}# "));
        assert!(changed.contains("path: /") && changed.contains("var/stopped"));
        fs::write(file, changed + KEYS).unwrap();
        project.run(&["emit", "dockerfile", "-o", "."]).success();
        let containers = Containers::with(&DEBIAN);
        containers.build(&project.folder(), "hello", &[]);
        Image {
            project,
            containers,
        }
    }

    /// The words that `lisplaunch argv` shows where the project lies as it does in the image.
    fn expected_argv(&self) -> Vec<String> {
        let project = format!("--volume={}:/app", self.project.folder().display());
        let program = format!("--volume={LISPLAUNCH}:/usr/bin/lisplaunch");
        let options = [&project, &program, "--env=HOME=/home/app", "--workdir=/app"];
        let command = [
            "lisplaunch",
            "argv",
            "--set=LISTEN_ADDRESS=0.0.0.0",
            "--format=json",
        ];
        serde_json::from_slice(&self.containers.run("base", &options, &command)).unwrap()
    }

    /// Asserts that the first process of a container is the program with those words, which answers
    /// on its port and may write where it has to, and nowhere else. `inside` runs a command in it.
    fn assert_serves(&self, inside: impl Fn(&[&str]) -> Command) {
        let printed = |command: &[&str]| self.project.outcome(inside(command)).success();
        let first = eventually("an answer over HTTP", || get(PORT, "/pid"));
        assert_eq!(first.trim(), "1", "no shell is in between");
        let argv = printed(&["cat", "/proc/1/cmdline"]);
        assert_eq!(strings(&argv), self.expected_argv());
        let environment = printed(&["cat", "/proc/1/environ"]);
        for pair in ENVIRONMENT {
            assert!(strings(&environment).contains(&pair), "{environment:?}");
        }
        assert_eq!(printed(&["bash", "-c", WRITE]), "10001\nno\n");
    }

    /// Asserts that the stop form has run to its end, and forgets it.
    #[track_caller]
    fn assert_stopped(&self, volume: &str) {
        let file = self.containers.volume(volume).join("stopped");
        assert_eq!(fs::read_to_string(&file).unwrap(), "yes\n");
        fs::remove_file(file).unwrap();
    }
}

/// The strings in what the kernel prints, each of which a NUL ends.
fn strings(text: &str) -> Vec<&str> {
    text.trim_end_matches('\0').split('\0').collect()
}

/// A copy of an example, which is made into an image.
fn copied(example: &str) -> Project {
    let project = Project::empty();
    let from: PathBuf = [REPOSITORY, "examples", example].iter().collect();
    let copied = Command::new("cp")
        .arg("-R")
        .arg(from.join("."))
        .arg(project.folder())
        .status();
    assert!(copied.unwrap().success());
    project
}

/// One after the other: they are about one image, which takes longer than all of them.
#[test]
fn an_image_runs_wherever_containers_do() {
    // Where nothing can be fetched any more they are used.
    for package in ["docker-compose", "podman"] {
        unpacked_from_next_release(package);
    }
    apart(|| {
        let image = Image::build();
        hand::check(&image);
        pod::check(&image);
        whole::check(&image);
        unit::check(&image);
    });
}

/// Opens a library of C that is in the stage which builds alone.
const NEEDY: &str = r#"
(sb-ext:run-program "/bin/sh" '("-c" "cp $(ls /lib/*/libzstd.so.1 | head -n 1) /tmp/libneedy.so"))
(sb-alien:load-shared-object "/tmp/libneedy.so")
"#;

#[test]
fn an_image_that_lacks_a_library_is_not_built() {
    let project = Project::new("name: needy\nloader: none\nload: [needy.lisp]\nstart: (values)\n")
        .with_file("needy.lisp", NEEDY);
    project.run(&["emit", "dockerfile", "-o", "."]).success();
    let containers = Containers::with(&DEBIAN);
    let building = containers.building(&project.folder(), "needy", &[]);
    let outcome = project.outcome(building);
    assert_ne!(outcome.code, Some(0));
    let report = outcome.stdout + &outcome.stderr;
    assert!(
        report.contains("a foreign library is missing: /tmp/libneedy.so"),
        "{report}"
    );
}
