//! `lisplaunch emit`: write the service for other tools.

use std::cell::RefCell;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use super::emitted::Emitted;
use super::{FAILURE, Failure, Invocation, deliver, images, install, print, report};
use crate::cli::EmitArgs;
use crate::format::{self, Choice, File, Format};
use crate::output::{self, Comparison, Target};
use crate::problem::{Problem, Problems};
use crate::project::Project;

pub(super) fn execute(invocation: &Invocation, arguments: &EmitArgs) -> Result<ExitCode> {
    if arguments.list {
        deliver(&list())?;
        return Ok(ExitCode::SUCCESS);
    }
    let project = invocation.project()?;
    let emitting = Emitting {
        invocation,
        arguments,
        project: &project,
        found: RefCell::default(),
    };
    let format = match &arguments.format {
        Some(name) => format::find(name).map_err(Failure::from)?,
        None => return emitting.finish(&emitting.outputs(None)?),
    };
    let output = arguments.output.as_deref();
    let output = output.filter(|path| *path != Path::new("-"));
    if arguments.check && output.is_none() {
        return emitting.finish(&emitting.outputs(Some(format))?);
    }
    let choice = Choice::new(format, arguments.indirect, arguments.user).map_err(Failure::from)?;
    let files = emitting.files(choice, output)?;
    match output {
        Some(path) => {
            let targets = output::targets(path, files).map_err(Failure::from)?;
            emitting.finish(&targets)
        }
        None => {
            deliver(&only(choice.format, files)?)?;
            emitting.report_images();
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
    invocation: &'a Invocation,
    arguments: &'a EmitArgs,
    project: &'a Project,
    /// What is wrong with the images that the files start.
    found: RefCell<Problems>,
}

impl Emitting<'_> {
    /// The files that the project file names, of `wanted` or of all its formats.
    fn outputs(&self, wanted: Option<&Format>) -> Result<Vec<Target>, Failure> {
        let orders = self.invocation.orders(&self.arguments.services.names())?;
        let mut outputs = self.invocation.plan(self.project, &orders)?.outputs;
        outputs.retain(|output| wanted.is_none_or(|format| format.name == output.format));
        if outputs.is_empty() {
            return Err(self.no_outputs(wanted).into());
        }
        let mut targets = Vec::new();
        for output in &outputs {
            let path = Path::new(&output.path);
            let files = self.files(Choice::of(output)?, Some(path))?;
            targets.extend(output::targets(path, files)?);
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

    /// The files of one format that go to `path`, of which nothing is written yet.
    fn files(&self, choice: Choice, path: Option<&Path>) -> Result<Vec<File>, Failure> {
        let orders = self.invocation.orders(&self.arguments.services.names())?;
        let folder = path.map(output::folder);
        let emitted = self
            .invocation
            .emitted(self.project, orders, choice, folder.as_deref())?;
        if !self.arguments.check {
            if !choice.indirect {
                install(&emitted.plan)?;
                self.note_images(choice, &emitted)?;
            }
            let completed = emitted.complete(&self.invocation.owners()?);
            completed.map_err(|problem| Failure::failed([problem]))?;
        }
        Ok(emitted.files)
    }

    /// Notes what is wrong with the images that the files start, which lie here.
    fn note_images(&self, choice: Choice, emitted: &Emitted) -> Result<(), Failure> {
        if choice.format.placement.is_none() {
            let templates = super::templates(&emitted.plan)?;
            let found = images::warnings(&emitted.plan, &templates, &self.invocation.host);
            self.found.borrow_mut().extend(found);
        }
        Ok(())
    }

    /// Writes the files, all or none, or compares them with those that there are.
    fn finish(&self, targets: &[Target]) -> Result<ExitCode> {
        if self.arguments.check {
            return check(targets);
        }
        let owners = self.invocation.owners().map_err(Failure::from)?;
        output::write(targets, self.arguments.force, &owners)
            .map_err(|problem| Failure::failed([problem]))?;
        self.report_images();
        Ok(ExitCode::SUCCESS)
    }

    fn report_images(&self) {
        report(&self.found.take().into_vec());
    }
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
    let compared = target.compare();
    match compared.map_err(|problem| Failure::failed([problem]))? {
        Comparison::Same => Ok(true),
        Comparison::Missing => {
            let path = target.path.display();
            report(&[Problem::error(format!("there is no file `{path}`"))
                .help("leave out `--check` to write it")]);
            Ok(false)
        }
        Comparison::Differs(diff) => {
            print(&diff)?;
            Ok(false)
        }
    }
}
