//! The package for Debian: made by `.ci/deb`, installed below a folder, removed again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::{self, LISPLAUNCH, REPOSITORY};

/// The file of the package, made of the program under test.
fn package() -> PathBuf {
    let script = Path::new(REPOSITORY).join(".ci/deb");
    succeed(Command::new(script).args([LISPLAUNCH, "--fast"]));
    let folder = Path::new(REPOSITORY).join("target/debian");
    let files = support::files_below(&folder);
    let [file] = files.as_slice() else {
        panic!("{files:?}");
    };
    file.clone()
}

/// What a command prints that has to end well.
#[track_caller]
fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// dpkg for a system below this folder, in which nothing is installed.
fn dpkg(root: &Path) -> Command {
    let database = root.join("var/lib/dpkg");
    fs::create_dir_all(database.join("updates")).unwrap();
    fs::create_dir_all(database.join("info")).unwrap();
    let status = database.join("status");
    if !status.exists() {
        fs::write(status, "").unwrap();
    }
    let mut dpkg = Command::new("dpkg");
    dpkg.arg(format!("--root={}", root.display()))
        .args(["--log=/dev/null", "--force-not-root", "--force-depends"])
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    dpkg
}

#[test]
fn it_is_installed_and_removed() {
    let package = package();
    let fields = succeed(Command::new("dpkg-deb").arg("--field").arg(&package));
    for field in [
        concat!("Version: ", env!("CARGO_PKG_VERSION")),
        "Section: lisp",
        "Suggests: sbcl, supervisor",
        "Depends: libc6",
    ] {
        assert!(fields.contains(field), "{field}: {fields}");
    }

    let root = TempDir::new().unwrap();
    succeed(dpkg(root.path()).arg("--install").arg(&package));
    let installed = |name: &str| root.path().join("usr").join(name);
    let program = installed("bin/lisplaunch");
    let version = succeed(Command::new(&program).arg("--version"));
    assert!(version.contains(env!("CARGO_PKG_VERSION")), "{version}");
    for name in [
        "man1/lisplaunch.1.gz",
        "man1/lisplaunch-do.1.gz",
        "man5/lisplaunch.yaml.5.gz",
    ] {
        let page = installed("share/man").join(name);
        let text = succeed(Command::new("mandoc").arg(&page));
        assert!(text.contains("LISPLAUNCH"), "{name}: {text}");
    }
    let printed = [
        (
            "share/bash-completion/completions/lisplaunch",
            ["completions", "bash"].as_slice(),
        ),
        (
            "share/zsh/vendor-completions/_lisplaunch",
            &["completions", "zsh"],
        ),
        (
            "share/fish/vendor_completions.d/lisplaunch.fish",
            &["completions", "fish"],
        ),
        ("share/emacs/site-lisp/lisplaunch.el", &["emacs"]),
    ];
    for (name, arguments) in printed {
        let text = fs::read_to_string(installed(name)).unwrap();
        assert_eq!(
            text,
            succeed(Command::new(&program).args(arguments)),
            "{name}"
        );
    }

    succeed(dpkg(root.path()).args(["--purge", "lisplaunch"]));
    let left = support::files_below(root.path());
    let left: Vec<&PathBuf> = left
        .iter()
        .filter(|file| !file.starts_with(root.path().join("var")))
        .collect();
    assert_eq!(left, Vec::<&PathBuf>::new());
}
