//! This program once more, to run a service in another process: so there is one way to start one.

use std::ffi::OsString;
use std::path::Path;

use super::Invocation;

/// The words that do `run` for a service with what is chosen here, `options` and arguments for the
/// program.
pub(super) fn run(
    program: &Path,
    invocation: &Invocation,
    service: Option<&str>,
    options: &[&str],
    arguments: &[String],
) -> Vec<OsString> {
    let option = |name: &str, value: OsString| {
        let mut option = OsString::from(format!("--{name}="));
        option.push(value);
        option
    };
    let selection = &invocation.selection;
    let mut command = vec![program.into(), "run".into()];
    let directory = selection.directory.clone();
    command.extend(directory.map(|folder| option("directory", folder.into())));
    let file = selection.file.clone();
    command.extend(file.map(|file| option("project", file.into())));
    let profiles = selection.profiles.iter();
    command.extend(profiles.map(|profile| option("profile", profile.into())));
    let set = selection.set.iter();
    command.extend(set.map(|(name, value)| option("set", format!("{name}={value}").into())));
    let trusted = invocation.trusted().iter();
    command.extend(trusted.map(|user| option("trust", user.into())));
    command.extend(options.iter().map(OsString::from));
    command.extend(service.map(OsString::from));
    if !arguments.is_empty() {
        command.push("--".into());
        command.extend(arguments.iter().map(OsString::from));
    }
    command
}
