//! `lisplaunch release`: what goes to a server that has neither sbcl nor lisplaunch.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;

use super::build::{build_program, check_runtime};
use super::{Failure, Invocation, as_user, info, install};
use crate::argv::program;
use crate::cli::ReleaseArgs;
use crate::format::{Choice, Provenance};
use crate::output::{self, TemporaryFolder};
use crate::plan::core::Core;
use crate::plan::outputs::Output;
use crate::plan::secrecy::is_secret;
use crate::plan::{Choices, Plan};
use crate::problem::Problem;
use crate::project::Project;
use crate::release::{self, ENV_FILE, README, SAMPLE, place};
use crate::render::Templates;

/// The endings of a release that is one file.
const ARCHIVES: [&str; 2] = [".tar.gz", ".tgz"];

/// Everyone may enter the folder; the programs in it are for their user alone.
const FOLDER_MODE: u32 = 0o755;

pub(super) fn execute(invocation: &Invocation, arguments: &ReleaseArgs) -> Result<ExitCode> {
    let project = invocation.project()?;
    let orders = invocation.orders(&arguments.services.names())?;
    let here = invocation.plan(&project, &as_user(orders.clone()))?;
    for service in &here.services {
        check_runtime(service, "a release").map_err(Failure::from)?;
    }
    for output in &here.outputs {
        check_direct(Choice::of(output).map_err(Failure::from)?, output).map_err(Failure::from)?;
    }
    let output = arguments.output.as_path();
    check_free(output).map_err(Failure::from)?;
    let usual = || place::usual_root(&here.project);
    let root = arguments.root.clone().unwrap_or_else(usual);
    let releasing = Releasing {
        invocation,
        project: &project,
        templates: super::templates(&here)?,
        choices: Choices {
            placement: Some(place::placement(&root)),
            ..as_user(orders)
        },
        here,
        root,
    };
    let folder = TemporaryFolder::below(output::folder(output).as_path());
    let folder = folder.map_err(|problem| Failure::failed([problem]))?;
    let content = folder.path().join("release");
    releasing.fill(&content)?;
    put(&content, output, folder.path())
        .map_err(|error| Failure::failed([Problem::io("write", output, &error)]))?;
    info(&format!(
        "wrote {}: unpack it as {} on the server; its README says the rest",
        output.display(),
        releasing.root
    ));
    Ok(ExitCode::SUCCESS)
}

/// Refuses to write over what is there.
fn check_free(output: &Path) -> Result<(), Problem> {
    let free = match fs::read_dir(output) {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => !output.exists() || is_archive(output),
    };
    if free {
        return Ok(());
    }
    Err(
        Problem::error(format!("`{}` already exists", output.display()))
            .help("name a new folder or a file that ends in `.tar.gz`, or remove it first"),
    )
}

fn is_archive(output: &Path) -> bool {
    let name = output.to_string_lossy();
    ARCHIVES.iter().any(|ending| name.ends_with(ending))
}

/// Puts what was made in its place, whole.
fn put(content: &Path, output: &Path, folder: &Path) -> io::Result<()> {
    if is_archive(output) {
        let archive = folder.join("archive");
        release::pack(content, &archive)?;
        fs::rename(archive, output)
    } else {
        fs::rename(content, output)
    }
}

/// A release that is being made.
struct Releasing<'a> {
    invocation: &'a Invocation,
    project: &'a Project,
    templates: Templates,
    /// What is loaded here.
    here: Plan,
    /// Where it will lie.
    root: String,
    /// What is chosen for there.
    choices: Choices,
}

impl Releasing<'_> {
    fn fill(&self, folder: &Path) -> Result<(), Failure> {
        let there = self.invocation.plan(self.project, &self.choices)?;
        make_folder(folder)?;
        install(&self.here)?;
        self.add_programs(&there, folder)?;
        for name in place::folders(&there, &self.root) {
            make_folder(&folder.join(name))?;
        }
        let files = self.add_files(&there.outputs, folder)?;
        let sample = release::sample(&there);
        if let Some(text) = &sample {
            write(&folder.join(SAMPLE), text)?;
        }
        let readme = release::readme(&there, &self.root, sample.is_some(), &files);
        write(&folder.join(README), &readme)
    }

    fn add_programs(&self, there: &Plan, folder: &Path) -> Result<(), Failure> {
        for (here, there) in self.here.services.iter().zip(&there.services) {
            let file = folder.join(there.name.as_str());
            let core = Core::standalone(file.to_string_lossy(), here.core.as_ref());
            let keeps = |name: &str| !is_secret(there, name);
            let program = crate::argv::SavedProgram {
                env_file: Some(format!("{}/{ENV_FILE}", self.root.trim_end_matches('/'))),
                ..program(there, &core, keeps, &self.templates)?
            };
            build_program(
                self.invocation,
                here,
                &core,
                program,
                &file,
                &self.templates,
            )?;
        }
        Ok(())
    }

    /// Adds the files for the formats of `emit`, and returns their paths in the release.
    fn add_files(&self, outputs: &[Output], folder: &Path) -> Result<Vec<String>, Failure> {
        let mut paths = Vec::new();
        for output in outputs {
            let choice = Choice::of(output)?;
            if choice.format.placement.is_some() {
                info(&format!(
                    "left out: `{}`, which has a place of its own",
                    output.format
                ));
                continue;
            }
            for (path, text, mode) in self.files(choice, output)? {
                let path = format!("{}/{path}", choice.format.name);
                let file = folder.join(&path);
                make_folder(file.parent().unwrap_or(folder))?;
                write(&file, &text)?;
                let set = fs::set_permissions(&file, Permissions::from_mode(mode));
                set.map_err(|error| failed("write", &file, &error))?;
                paths.push(path);
            }
        }
        Ok(paths)
    }

    /// The files of a format: the name that the project file gives to a single one.
    fn files(
        &self,
        choice: Choice,
        output: &Output,
    ) -> Result<Vec<(String, String, u32)>, Failure> {
        let choices = Choices {
            as_user: choice.as_user(),
            ..self.choices.clone()
        };
        let plan = place::as_programs(self.invocation.plan(self.project, &choices)?, &self.root);
        let names = self.choices.services.as_slice();
        let origin = Provenance {
            // No lisplaunch is installed there.
            selection: None,
            command: self.command(),
            ..self.invocation.origin(self.project, names, choice, &plan)?
        };
        let emitted = choice
            .format
            .emit(&plan, &origin, &self.templates, &self.invocation.host)
            .map_err(|problem| Failure::failed([problem]))?;
        let single = Path::new(&output.path)
            .file_name()
            .filter(|_| emitted.len() == 1);
        let single = single.filter(|_| !output.path.ends_with('/'));
        let single = single.map(|name| name.to_string_lossy().into_owned());
        let files = emitted.into_iter().map(|file| {
            let mode = if file.executable { 0o755 } else { 0o644 };
            (single.clone().unwrap_or(file.path), file.text, mode)
        });
        Ok(files.collect())
    }

    /// The command that writes it again.
    fn command(&self) -> Vec<String> {
        let mut words: Vec<String> = ["lisplaunch", "release"].map(str::to_owned).to_vec();
        words.extend(self.choices.services.iter().cloned());
        for profile in &self.choices.profiles {
            words.extend(["-p".to_owned(), profile.clone()]);
        }
        words.extend(["--root".to_owned(), self.root.clone()]);
        words
    }
}

/// Refuses files that start `lisplaunch run`.
fn check_direct(choice: Choice, output: &Output) -> Result<(), Problem> {
    if !choice.indirect {
        return Ok(());
    }
    Err(Problem::error(format!(
        "`emit.{}` has `indirect: true`, and a release goes where lisplaunch is not",
        output.format
    ))
    .at(output.location.clone())
    .help("leave it out, or set it in a profile that is not released"))
}

fn make_folder(folder: &Path) -> Result<(), Failure> {
    let made = fs::create_dir_all(folder);
    let made = made.and_then(|()| fs::set_permissions(folder, Permissions::from_mode(FOLDER_MODE)));
    made.map_err(|error| failed("make", folder, &error))
}

fn write(file: &PathBuf, text: &str) -> Result<(), Failure> {
    fs::write(file, text).map_err(|error| failed("write", file, &error))
}

fn failed(doing: &str, file: &Path, error: &io::Error) -> Failure {
    Failure::failed([Problem::io(doing, file, error)])
}
