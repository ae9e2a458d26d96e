//! All programs in the configuration of a supervisord, including those of other projects.

use std::fs;
use std::path::{Path, PathBuf};

use super::configuration::{Configuration, HERE, without_comment};
use super::usual_configuration;
use crate::host;
use crate::problem::Problem;

/// A program that supervisord starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supervised {
    /// Its name.
    pub name: String,
    /// The file that says so.
    pub file: PathBuf,
    /// What is started.
    pub command: String,
    /// In which folder, if the file says.
    pub directory: Option<String>,
    /// Whether what it starts itself is stopped and killed with it.
    pub as_group: bool,
}

/// All programs of the supervisord with this configuration, or with the usual one; none where
/// there is no usual one.
///
/// # Errors
/// When the configuration cannot be read.
pub fn supervised(configuration: Option<&Path>) -> Result<Option<Vec<Supervised>>, Problem> {
    let path = match configuration {
        Some(path) => path,
        None => match usual_configuration() {
            Ok(path) => path,
            Err(_) => return Ok(None),
        },
    };
    let configuration = Configuration::read(path)?;
    let mut programs = Vec::new();
    for file in files(&configuration) {
        let text = host::read_text(&file).map_err(|error| Problem::io("read", &file, &error))?;
        programs.extend(programs_in(&text, &file));
    }
    Ok(Some(programs))
}

/// The file itself, and those that it includes.
fn files(configuration: &Configuration) -> Vec<PathBuf> {
    let included = configuration.includes.iter().flat_map(|include| {
        let entries = fs::read_dir(&include.folder);
        let mut files: Vec<PathBuf> = entries
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.to_string_lossy().ends_with(&include.ending))
            .collect();
        files.sort();
        files
    });
    let mut files = vec![configuration.path.clone()];
    files.extend(included);
    files
}

fn programs_in(text: &str, file: &Path) -> Vec<Supervised> {
    let here = file.parent().unwrap_or(file).display().to_string();
    let mut programs: Vec<Supervised> = Vec::new();
    let mut in_program = false;
    let mut in_command = false;
    for line in text.lines().map(without_comment) {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end().trim_end_matches(']');
            let name = section.strip_prefix("fcgi-").unwrap_or(section);
            let name = name.strip_prefix("program:");
            in_program = name.is_some();
            in_command = false;
            programs.extend(name.map(|name| Supervised {
                name: name.to_owned(),
                file: file.to_owned(),
                command: String::new(),
                directory: None,
                as_group: false,
            }));
            continue;
        }
        let Some(program) = programs.last_mut().filter(|_| in_program) else {
            continue;
        };
        if line.starts_with([' ', '\t']) {
            if in_command {
                program.command.push(' ');
                program.command.push_str(line.trim());
            }
            continue;
        }
        let Some((key, value)) = line.split_once(['=', ':']) else {
            continue;
        };
        let value = value.trim().replace(HERE, &here);
        in_command = false;
        match key.trim().to_lowercase().as_str() {
            "command" => {
                program.command = value;
                in_command = true;
            }
            "directory" => program.directory = Some(value),
            // It stops what it kills, and the other way round one is not enough.
            "killasgroup" => program.as_group = is_true(&value),
            _ => {}
        }
    }
    programs
}

/// As supervisord reads it.
fn is_true(value: &str) -> bool {
    ["true", "yes", "on", "1"].contains(&value.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_a_section() {
        let text = "[supervisord]\ncommand=no\n[program:shop]\n; command=no\ncommand = env A=1\n  make run ; why\n\
                    directory: %(here)s/shop\nkillasgroup=True\n[group:all]\ncommand=no\n[program:other]\ncommand=/bin/x\n";
        let program = |name: &str, command: &str, directory: Option<&str>, as_group| Supervised {
            name: name.to_owned(),
            file: "/etc/a.conf".into(),
            command: command.to_owned(),
            directory: directory.map(str::to_owned),
            as_group,
        };
        assert_eq!(
            programs_in(text, Path::new("/etc/a.conf")),
            [
                program("shop", "env A=1 make run", Some("/etc/shop"), true),
                program("other", "/bin/x", None, false),
            ]
        );
    }
}
