//! Procfiles.

use super::found::Settings;
use super::marks::VariableMarks;
use super::shell::{self, Scripted};

/// Reads a Procfile: each line has a name and a line for a shell.
pub(super) fn read(text: &str, marks: &mut VariableMarks) -> Scripted {
    let mut all = Scripted::default();
    for (number, line) in text.lines().enumerate() {
        let Some((name, command)) = line.split_once(':').filter(|_| !line.starts_with('#')) else {
            continue;
        };
        let name = name.trim();
        let Scripted { found, notes } =
            shell::read(command, number + 1, Settings::default(), marks);
        all.notes.extend(notes);
        for mut found in found {
            found.name = Some(name.to_owned());
            found.place = format!("process `{name}`");
            all.found.push(found);
        }
    }
    all
}
