//! Debian packages that are unpacked and not installed: as a package nginx would start a server,
//! logrotate bring a cron along, and those of another release be in the way of the machine's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// Fetches a package of the machine's release into the working directory.
const FETCH: &str = "\
    apt-get download -qq \"$1\" || { apt-get update -qq && apt-get download -qq \"$1\"; }";

/// Fetches one of Debian 13, from where the machine has its packages.
const FETCH_NEXT: &str = r#"
    set -eu
    . /etc/os-release
    from=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $VERSION_CODENAME" | head -n 1)
    mkdir -p state/lists/partial cache/archives/partial
    echo "deb $from trixie main" >sources.list
    : >status
    apt() {
        apt-get -qq -o Dir::Etc::sourcelist="$PWD/sources.list" -o Dir::Etc::sourceparts=/dev/null \
            -o Dir::State="$PWD/state" -o Dir::State::status="$PWD/status" \
            -o Dir::Cache="$PWD/cache" "$@"
    }
    apt update
    apt download "$1""#;

/// The folder with the files of a package, which is fetched where it is missing.
pub(crate) fn unpacked(package: &str) -> PathBuf {
    fetched(package, package, FETCH)
}

/// The same of the release after Debian 12, whose programs run in that too if they are Go's.
pub(crate) fn unpacked_from_next_release(package: &str) -> PathBuf {
    fetched(package, &format!("{package}-13"), FETCH_NEXT)
}

fn fetched(package: &str, name: &str, script: &str) -> PathBuf {
    // Programs of ours may run side by side as well, and then the last one is as good.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = target.join(format!("package-{name}"));
    if !folder.exists() {
        let fetched = tempfile::tempdir_in(target).expect("a folder");
        unpack(package, script, fetched.path());
        // Another program may have been faster.
        let _ = fs::rename(fetched.path().join("files"), &folder);
    }
    assert!(folder.exists());
    folder
}

fn unpack(package: &str, script: &str, folder: &Path) {
    let run = |script: &str| {
        let output = Command::new("sh")
            .args(["-c", script, "sh", package])
            .current_dir(folder)
            .output()
            .expect("a shell starts");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        output.status.success().then_some(()).ok_or(error)
    };
    run(script)
        .and_then(|()| run("dpkg -x ./*.deb files"))
        .unwrap_or_else(|error| panic!("this test needs Debian's package `{package}`: {error}"));
}
