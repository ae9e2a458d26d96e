//! The configuration of supervisord, as far as it says which other files are read.

use std::path::{Path, PathBuf};

use crate::host;
use crate::problem::Problem;
use crate::suggest;

/// What stands for the folder of the file itself.
pub(super) const HERE: &str = "%(here)s";

/// A configuration file.
#[derive(Debug)]
pub(super) struct Configuration {
    /// Its absolute path.
    pub(super) path: PathBuf,
    /// The patterns of the files that it includes, those that can be understood here.
    pub(super) includes: Vec<Include>,
}

/// Files of one folder: all that begin or end somehow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Include {
    /// The absolute folder.
    pub(super) folder: PathBuf,
    /// What their names end in.
    pub(super) ending: String,
}

impl Configuration {
    pub(super) fn read(path: &Path) -> Result<Self, Problem> {
        let cannot = |error| Problem::io("read", path, &error);
        let text = host::read_text(path).map_err(cannot)?;
        let path = std::path::absolute(path).map_err(cannot)?;
        let here = path.parent().unwrap_or(&path);
        Ok(Configuration {
            includes: included(&text)
                .filter_map(|pattern| Include::parse(pattern, here))
                .collect(),
            path,
        })
    }

    /// The files among which ours can be, in `folder` if that is given.
    pub(super) fn include(&self, folder: Option<&Path>) -> Result<Include, Problem> {
        let path = self.path.display();
        let Some(first) = self.includes.first() else {
            return Err(
                Problem::error(format!("`{path}` includes no folder of other files"))
                    .help("add one to it: a section `[include]` with `files = conf.d/*.conf`"),
            );
        };
        let Some(folder) = folder else {
            return Ok(first.clone());
        };
        let same = |include: &&Include| resolved(&include.folder) == resolved(folder);
        self.includes.iter().find(same).cloned().ok_or_else(|| {
            let folders = self.includes.iter().map(|include| &include.folder);
            let folders: Vec<String> = folders.map(|path| path.display().to_string()).collect();
            let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
            Problem::error(format!(
                "supervisord would not read a file in `{}`: `{path}` includes files of {}",
                folder.display(),
                suggest::list(&folders)
            ))
            .help("leave out `--folder`, or add the folder to `[include]` there")
        })
    }
}

impl Include {
    /// Understands `FOLDER/*ENDING`, seen from the folder `here`.
    fn parse(pattern: &str, here: &Path) -> Option<Self> {
        let pattern = pattern.replace(HERE, here.to_str()?);
        let (folder, name) = match pattern.rsplit_once('/') {
            Some((folder, name)) => (here.join(folder), name),
            None => (here.to_owned(), pattern.as_str()),
        };
        let ending = name.strip_prefix('*')?;
        let plain = |text: &str| !text.contains(['*', '?', '[', '%']);
        let understood = plain(ending) && folder.to_str().is_some_and(plain);
        understood.then(|| Include {
            folder,
            ending: ending.to_owned(),
        })
    }

    /// The name under which a file is read that is called `name` elsewhere.
    pub(super) fn name(&self, name: &str) -> String {
        if name.ends_with(&self.ending) {
            name.to_owned()
        } else {
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            format!("{stem}{}", self.ending)
        }
    }
}

/// The words of `files` in the section `[include]`, which may go on in lines that are indented.
fn included(text: &str) -> impl Iterator<Item = &str> {
    let mut section = "";
    let mut in_files = false;
    text.lines()
        .filter_map(move |line| {
            let line = without_comment(line);
            let goes_on = line.starts_with([' ', '\t']);
            if let Some(name) = line.strip_prefix('[') {
                section = name.trim_end().trim_end_matches(']');
                in_files = false;
                None
            } else if goes_on && in_files {
                Some(line)
            } else {
                let (key, value) = line.split_once(['=', ':']).unwrap_or((line, ""));
                in_files &= line.trim().is_empty();
                in_files |= section == "include" && key.trim().eq_ignore_ascii_case("files");
                (in_files && !goes_on).then_some(value)
            }
        })
        .flat_map(str::split_whitespace)
}

/// The line up to a sign of a comment at its begin or after white space.
pub(super) fn without_comment(line: &str) -> &str {
    let mut before = ' ';
    let comment = line.char_indices().find(|(_, sign)| {
        let begins = matches!(sign, ';' | '#') && before.is_whitespace();
        before = *sign;
        begins
    });
    comment.map_or(line, |(at, _)| &line[..at])
}

fn resolved(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn includes(text: &str) -> Vec<Include> {
        let here = Path::new("/etc/supervisor");
        included(text)
            .filter_map(|pattern| Include::parse(pattern, here))
            .collect()
    }

    fn include(folder: &str, ending: &str) -> Include {
        Include {
            folder: folder.into(),
            ending: ending.to_owned(),
        }
    }

    #[test]
    fn the_files_of_other_folders_are_found() {
        let debian = "[supervisord]\nfiles=no\n\n; The [include]\n[include]\n\
                      files = /etc/supervisor/conf.d/*.conf\n";
        assert_eq!(
            includes(debian),
            [include("/etc/supervisor/conf.d", ".conf")]
        );
        let several = "[include]\nfiles: supervisord.d/*.ini  %(here)s/more/* ; old/*.conf\n \
                       # no/*.conf\n\textra/*.conf\n[group:x]\nprograms=a\n";
        assert_eq!(
            includes(several),
            [
                include("/etc/supervisor/supervisord.d", ".ini"),
                include("/etc/supervisor/more", ""),
                include("/etc/supervisor/extra", ".conf"),
            ]
        );
        for none in [
            "",
            "[include]\n",
            "[include]\nfiles = one.conf web-*.conf */a.conf %(ENV_X)s/*.conf\n",
            "[program:include]\nfiles = a/*.conf\n",
        ] {
            assert_eq!(includes(none), [], "{none}");
        }
    }

    #[test]
    fn a_file_is_called_so_that_it_is_read() {
        let name = |ending: &str| include("/etc", ending).name("shop.conf");
        assert_eq!(name(".conf"), "shop.conf");
        assert_eq!(name(""), "shop.conf");
        assert_eq!(name(".ini"), "shop.ini");
    }
}
