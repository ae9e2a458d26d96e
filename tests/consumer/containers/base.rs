//! An image for others to begin from: files of Debian packages that this machine has.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::done;

/// What an image holds.
pub(crate) struct Base {
    /// The name of the file that it is kept in.
    pub(crate) name: &'static str,
    /// Packages, which come with those that they depend on.
    pub(crate) packages: &'static [&'static str],
    /// What is called sbcl in it; none where that is a package.
    pub(crate) sbcl: Option<PathBuf>,
}

/// What there is in every image: shells, and what is run while one is made.
const ALWAYS: [&str; 6] = ["bash", "coreutils", "dash", "grep", "libc-bin", "passwd"];

/// What nothing reads.
const LEFT_OUT: [&str; 5] = [
    "/usr/share/doc",
    "/usr/share/info",
    "/usr/share/locale",
    "/usr/share/man",
    "/usr/share/lintian",
];

/// It installs nothing, but knows what is there already.
const APT_GET: &str = "\
#!/bin/sh
for word; do
    case $word in
        update | install | -*) ;;
        *) grep -qx \"$word\" /packages || { echo \"there is no package $word\" >&2; exit 100; } ;;
    esac
done
";

impl Base {
    /// The file that it is, made where it is missing.
    pub(super) fn tar(&self) -> PathBuf {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        // Another text of this file may make another one.
        let mut hasher = DefaultHasher::new();
        (include_str!("base.rs"), self.packages).hash(&mut hasher);
        let program = self.sbcl.as_ref().map(fs::read).transpose();
        program.expect("it can be read").hash(&mut hasher);
        let file = target.join(format!("{}-{:x}.tar", self.name, hasher.finish()));
        if !file.exists() {
            let folder = tempfile::tempdir_in(target).expect("a folder");
            let new = folder.path().join("new.tar");
            self.pack(folder.path(), &new);
            fs::rename(new, &file).expect("it gets its name");
        }
        file
    }

    fn pack(&self, folder: &Path, file: &Path) {
        let packages = closure(ALWAYS.iter().chain(self.packages));
        let root = folder.join("root");
        fs::create_dir(&root).expect("it is made");
        copy(&files_of(&packages), &root);
        self.write_own(&root, &packages);
        let mut tar = Command::new("tar");
        tar.arg("--create").arg("--file").arg(file);
        done(tar.arg("--directory").arg(&root).arg("."));
    }

    /// Writes what no package holds.
    fn write_own(&self, folder: &Path, packages: &BTreeSet<String>) {
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
            fs::write(path, text).expect("it is written");
        };
        let own = self.sbcl.iter().map(|_| "sbcl".to_owned());
        let packages: BTreeSet<String> = packages.iter().cloned().chain(own).collect();
        let list = packages.iter().fold(String::new(), |mut list, package| {
            writeln!(list, "{package}").expect("a string takes all");
            list
        });
        write("packages", &list);
        write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
        write("etc/group", "root:x:0:\n");
        write("usr/local/bin/apt-get", APT_GET);
        crate::support::make_executable(&folder.join("usr/local/bin/apt-get"));
        for path in ["tmp", "root", "home", "var/tmp"] {
            fs::create_dir_all(folder.join(path)).expect("it is made");
        }
        if let Some(program) = &self.sbcl {
            fs::copy(program, folder.join("usr/local/bin/sbcl")).expect("it is copied");
        }
    }
}

/// Copies files and folders, not what is in those, with the paths that they have.
fn copy(files: &BTreeSet<String>, root: &Path) {
    let list = root.with_extension("list");
    let names: Vec<&str> = files.iter().map(|file| &file[1..]).collect();
    fs::write(&list, names.join("\0")).expect("it is written");
    let script = "tar -c -C / --no-recursion --null -T \"$1\" | tar -x -C \"$2\"";
    done(
        Command::new("sh")
            .args(["-c", script, "sh"])
            .arg(&list)
            .arg(root),
    );
}

/// Those of the installed packages that these need, themselves too.
fn closure<'a>(wanted: impl Iterator<Item = &'a &'static str>) -> BTreeSet<String> {
    let mut show = Command::new("dpkg-query");
    show.args([
        "--show",
        "--showformat",
        "${Package}\t${Pre-Depends}, ${Depends}\n",
    ]);
    let shown = String::from_utf8(done(&mut show).stdout).expect("UTF-8");
    let lines = shown.lines().filter_map(|line| line.split_once('\t'));
    let needs: BTreeMap<&str, &str> = lines.collect();
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = wanted.copied().collect();
    while let Some(name) = open.pop() {
        // What is none of them is another name of one, or not needed.
        let Some(needed) = needs.get(name) else {
            continue;
        };
        if found.insert(name.to_owned()) {
            let words = needed.split([',', '|']);
            open.extend(words.filter_map(|word| word.trim().split([' ', ':']).next()));
        }
    }
    found
}

/// The files of packages, folders before what is in them, and the links that stand for folders of
/// `/usr`.
fn files_of(packages: &BTreeSet<String>) -> BTreeSet<String> {
    let listed = done(Command::new("dpkg").arg("--listfiles").args(packages));
    let listed = String::from_utf8(listed.stdout).expect("UTF-8");
    let links = ["/bin", "/lib", "/lib64", "/sbin"];
    let files = listed.lines().filter(|file| file.starts_with('/'));
    let mut files: BTreeSet<String> = files.filter_map(|file| resolved(Path::new(file))).collect();
    files.extend(links.map(str::to_owned));
    files.retain(|file| !LEFT_OUT.iter().any(|folder| file.starts_with(folder)));
    files
}

/// The file where it really lies, if it is there.
fn resolved(file: &Path) -> Option<String> {
    let (folder, name) = (file.parent()?, file.file_name()?);
    let real = fs::canonicalize(folder).ok()?.join(name);
    fs::symlink_metadata(&real).ok()?;
    real.to_str().map(str::to_owned)
}
