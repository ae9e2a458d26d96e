//! Debian packages that are unpacked and not installed: as a package nginx would start a server,
//! and logrotate bring a cron along.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// The folder with the files of a package, which is fetched where it is missing.
pub(crate) fn unpacked(package: &str) -> PathBuf {
    // Programs of ours may run side by side as well, and then the last one is as good.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("package-{package}"));
    if !folder.exists() {
        let fetched = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        unpack(package, fetched.path());
        // Another program may have been faster.
        let _ = fs::rename(fetched.path().join("files"), &folder);
    }
    assert!(folder.exists());
    folder
}

fn unpack(package: &str, folder: &Path) {
    let run = |script: &str| {
        let output = Command::new("sh")
            .args(["-c", script, "sh", package])
            .current_dir(folder)
            .output()
            .expect("a shell starts");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        output.status.success().then_some(()).ok_or(error)
    };
    let fetch = "apt-get download -qq \"$1\"";
    run(fetch)
        .or_else(|_| run(&format!("apt-get update -qq && {fetch}")))
        .and_then(|()| run("dpkg -x ./*.deb files"))
        .unwrap_or_else(|error| panic!("this test needs Debian's package `{package}`: {error}"));
}
