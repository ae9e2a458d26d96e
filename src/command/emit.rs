//! `lisplaunch emit`: write the service for other tools.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use similar::TextDiff;

use super::{FAILURE, Failure, Session, as_user, deliver, install, print, report};
use crate::cli::Emit;
use crate::format::{self, Choice, File, Format, Origin};
use crate::host;
use crate::output::{self, Target};
use crate::plan::Plan;
use crate::plan::secrecy::looks_secret;
use crate::problem::Problem;
use crate::project::Project;

pub(super) fn execute(session: &Session, arguments: &Emit) -> Result<ExitCode> {
    if arguments.list {
        deliver(&list())?;
        return Ok(ExitCode::SUCCESS);
    }
    let project = session.project()?;
    let emitting = Emitting {
        session,
        arguments,
        project: &project,
    };
    let format = match &arguments.format {
        Some(name) => format::find(name).map_err(Failure::from)?,
        None => return emitting.finish(&emitting.outputs(None)?),
    };
    if arguments.check && arguments.output.is_none() {
        return emitting.finish(&emitting.outputs(Some(format))?);
    }
    let choice = Choice::new(format, arguments.indirect, arguments.user).map_err(Failure::from)?;
    let files = emitting.files(choice)?;
    match &arguments.output {
        Some(path) => {
            let targets = output::targets(path, files).map_err(Failure::from)?;
            emitting.finish(&targets)
        }
        None => {
            deliver(&only(choice.format, files)?)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn list() -> String {
    let width = format::ALL.iter().map(|format| format.name.len()).max();
    format::ALL
        .iter()
        .map(|format| {
            let width = width.unwrap_or(0);
            format!("{:width$}  {}\n", format.name, format.summary)
        })
        .collect()
}

/// The text of the one file that standard output can hold.
fn only(format: &Format, files: Vec<File>) -> Result<String, Failure> {
    match <[File; 1]>::try_from(files) {
        Ok([file]) => Ok(file.text),
        Err(files) => {
            let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
            Err(Problem::error(format!(
                "`{}` is {} files here, and standard output holds one",
                format.name,
                files.len()
            ))
            .note(format!("the files are {}", crate::suggest::list(&paths)))
            .help(format!(
                "name a folder for them: `lisplaunch emit {} -o FOLDER/`",
                format.name
            ))
            .into())
        }
    }
}

/// What is written, and for whom.
struct Emitting<'a> {
    session: &'a Session,
    arguments: &'a Emit,
    project: &'a Project,
}

impl Emitting<'_> {
    /// The files that the project file names, of `wanted` or of all its formats.
    fn outputs(&self, wanted: Option<&Format>) -> Result<Vec<Target>, Failure> {
        let orders = self.session.orders(&self.arguments.services)?;
        let mut outputs = self.session.plan(self.project, &orders)?.outputs;
        outputs.retain(|output| wanted.is_none_or(|format| format.name == output.format));
        if outputs.is_empty() {
            return Err(self.no_outputs(wanted).into());
        }
        let mut targets = Vec::new();
        for output in &outputs {
            let files = self.files(Choice::of(output)?)?;
            targets.extend(output::targets(Path::new(&output.path), files)?);
        }
        Ok(targets)
    }

    fn no_outputs(&self, wanted: Option<&Format>) -> Problem {
        let file = &self.project.source.name;
        match wanted {
            None => Problem::error(format!("`{file}` names no files to write"))
                .help("name a format: `lisplaunch emit --list` shows them")
                .help("or add the files to the project: `emit: {makefile: Makefile}`"),
            Some(Format { name, .. }) => {
                Problem::error(format!("`{file}` names no file of the format `{name}`"))
                    .help("name the file with `-o FILE`")
                    .help(format!(
                        "or add it to the project: `emit: {{{name}: FILE}}`"
                    ))
            }
        }
    }

    /// The files of one format, of which nothing is written yet.
    fn files(&self, choice: Choice) -> Result<Vec<File>, Failure> {
        let orders = self.session.orders(&self.arguments.services)?;
        let choices = if choice.format.as_user {
            as_user(orders)
        } else {
            orders
        };
        let plan = self.session.plan(self.project, &choices)?;
        let origin = self.origin(choice, &plan)?;
        let templates = super::templates(&plan)?;
        let files = choice
            .format
            .emit(&plan, &origin, &templates)
            .map_err(|problem| Failure::failed([problem]))?;
        if !self.arguments.check && !choice.indirect {
            install(&plan)?;
        }
        Ok(files)
    }

    /// Writes the files, all or none, or compares them with those that there are.
    fn finish(&self, targets: &[Target]) -> Result<ExitCode> {
        if self.arguments.check {
            return check(targets);
        }
        let owners = self.session.owners().map_err(Failure::from)?;
        output::write(targets, self.arguments.force, &owners)
            .map_err(|problem| Failure::failed([problem]))?;
        Ok(ExitCode::SUCCESS)
    }

    fn origin(&self, choice: Choice, plan: &Plan) -> Result<Origin, Failure> {
        let file = self.project.file.clone();
        if choice.indirect && file.is_none() {
            return Err(
                Problem::error("`--indirect` needs a project file, not standard input")
                    .help("name the file with `-f FILE`")
                    .into(),
            );
        }
        let program = host::own_program(&self.session.host.environment)
            .map_err(|error| Problem::cannot("find the path of lisplaunch itself", &error))?;
        let selection = self.selection(file.as_deref());
        let mut command = vec!["lisplaunch".to_owned(), "emit".to_owned()];
        command.push(choice.format.name.to_owned());
        command.extend(self.arguments.services.iter().cloned());
        command.extend(selection.iter().cloned());
        // The next person has another environment. What may be a secret is not for a comment.
        let borrowed = plan.borrowed.iter();
        for (name, value) in borrowed.filter(|(name, _)| !looks_secret(name)) {
            command.extend(["--set".to_owned(), format!("{name}={value}")]);
        }
        command.extend(choice.indirect.then(|| "--indirect".to_owned()));
        command.extend(choice.personal.then(|| "--user".to_owned()));
        Ok(Origin {
            selection: file.is_some().then_some(selection),
            file: file.unwrap_or_else(|| self.project.source.name.clone()),
            command,
            program: utf8(program)?,
            indirect: choice.indirect,
            personal: choice.personal,
        })
    }

    /// The options that choose the same plan again.
    fn selection(&self, file: Option<&str>) -> Vec<String> {
        let mut options = vec!["-f".to_owned(), file.unwrap_or("-").to_owned()];
        for profile in self.session.profiles() {
            options.extend(["-p".to_owned(), profile.clone()]);
        }
        for (name, value) in self.session.settings() {
            options.extend(["--set".to_owned(), format!("{name}={value}")]);
        }
        for user in self.session.trusted() {
            options.extend(["--trust".to_owned(), user.clone()]);
        }
        options
    }
}

fn utf8(path: PathBuf) -> Result<String, Problem> {
    path.into_os_string().into_string().map_err(|path| {
        Problem::error(format!(
            "the path of lisplaunch is not UTF-8: `{}`",
            path.display()
        ))
        .help("install it in another folder")
    })
}

/// Prints how the files differ from what would be written.
fn check(targets: &[Target]) -> Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    for target in targets {
        if !is_current(target)? {
            code = ExitCode::from(FAILURE);
        }
    }
    Ok(code)
}

fn is_current(target: &Target) -> Result<bool> {
    let shown = target.path.display().to_string();
    let existing = output::existing(&target.path).map_err(|problem| Failure::failed([problem]))?;
    let Some(existing) = existing else {
        report(&[Problem::error(format!("there is no file `{shown}`"))
            .help("leave out `--check` to write it")]);
        return Ok(false);
    };
    let text = &target.file.text;
    if existing == *text {
        return Ok(true);
    }
    let diff = TextDiff::from_lines(existing.as_str(), text.as_str());
    print(
        &diff
            .unified_diff()
            .header(&shown, "what lisplaunch would write")
            .to_string(),
    )?;
    Ok(false)
}
