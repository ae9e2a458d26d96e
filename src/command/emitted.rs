//! The files of a format as a command asks for them: planned for the user who runs them, and with a
//! head that says how they are written again.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{Failure, Invocation, as_user};
use crate::format::{Choice, File, Provenance, UpstreamFile};
use crate::host;
use crate::output::{self, Target};
use crate::plan::secrecy::looks_secret;
use crate::plan::{Choices, Plan};
use crate::problem::Problem;
use crate::project::Project;
use crate::trust::Owners;

/// Files that are not written yet, and what they start.
pub(super) struct Emitted {
    pub(super) plan: Plan,
    pub(super) files: Vec<File>,
    /// Files that these name, which are not written again.
    pub(super) named: Vec<Target>,
}

impl Emitted {
    /// Writes those of the files they name that are missing.
    pub(super) fn complete(&self, owners: &Owners) -> Result<(), Problem> {
        let missing = self.named.iter().filter(|target| !target.path.exists());
        output::write(missing, false, owners)
    }
}

impl Invocation {
    /// The files of one format for the services that are chosen, as they are written into `folder`.
    pub(super) fn emitted(
        &self,
        project: &Project,
        orders: Choices,
        choice: Choice,
        folder: Option<&Path>,
    ) -> Result<Emitted, Failure> {
        let orders = choice.format.choices(orders);
        let choices = if choice.as_user() {
            as_user(orders)
        } else {
            orders
        };
        let plan = self.plan(project, &choices)?;
        let origin = Provenance {
            beside: folder.is_some_and(|folder| is_same(folder, Path::new(&project.folder))),
            ..self.origin(project, &choices.services, choice, &plan)?
        };
        let templates = super::templates(&plan)?;
        let files = choice
            .format
            .emit(&plan, &origin, &templates, &self.host)
            .map_err(|problem| Failure::failed([problem]))?;
        let mut named = Vec::new();
        if choice.format.has_upstreams() {
            for upstream in UpstreamFile::all(&plan.services) {
                let file = upstream.file(&upstream.ports, &origin, &templates)?;
                named.extend(output::targets(&upstream.path, vec![file])?);
            }
        }
        Ok(Emitted { plan, files, named })
    }

    /// Where the files of a format come from.
    pub(super) fn origin(
        &self,
        project: &Project,
        services: &[String],
        choice: Choice,
        plan: &Plan,
    ) -> Result<Provenance, Failure> {
        let file = project.file.clone();
        if choice.indirect && file.is_none() {
            return Err(
                Problem::error("`--indirect` needs a project file, not standard input")
                    .help("name the file with `-f FILE`")
                    .into(),
            );
        }
        let program = host::own_program(&self.host.environment)
            .map_err(|error| Problem::cannot("find the path of lisplaunch itself", &error))?;
        let selection = self.selection(file.as_deref(), plan);
        let mut command = vec!["lisplaunch".to_owned(), "emit".to_owned()];
        command.push(choice.format.name.to_owned());
        command.extend(services.iter().cloned());
        command.extend(selection.iter().cloned());
        command.extend(choice.indirect.then(|| "--indirect".to_owned()));
        command.extend(choice.personal.then(|| "--user".to_owned()));
        Ok(Provenance {
            owner: file.as_deref().and_then(|file| self.owner_to_trust(file)),
            selection: file.is_some().then_some(selection),
            file: file.unwrap_or_else(|| project.source.name.clone()),
            command,
            program: utf8(program)?,
            indirect: choice.indirect,
            personal: choice.personal,
            beside: false,
        })
    }

    /// The owner of a file, unless that is root or a trusted user.
    fn owner_to_trust(&self, file: &str) -> Option<String> {
        let owner = fs::metadata(file).ok()?.uid();
        let name = host::user_name(owner).filter(|_| owner != 0)?;
        (!self.trusted().contains(&name)).then_some(name)
    }

    /// The options that choose the same plan again.
    fn selection(&self, file: Option<&str>, plan: &Plan) -> Vec<String> {
        let mut options = vec!["-f".to_owned(), file.unwrap_or("-").to_owned()];
        for profile in self.profiles() {
            options.extend(["-p".to_owned(), profile.clone()]);
        }
        // The next person, or process manager, has another environment. What may be a secret is not
        // for a comment or a command line.
        let borrowed = plan.borrowed.iter();
        let borrowed = borrowed.filter(|(name, _)| !looks_secret(name));
        let borrowed = borrowed.map(|(name, value)| (name, value));
        for (name, value) in self.settings().iter().chain(borrowed) {
            options.extend(["--set".to_owned(), format!("{name}={value}")]);
        }
        for user in self.trusted() {
            options.extend(["--trust".to_owned(), user.clone()]);
        }
        options
    }
}

/// Whether both are one folder.
fn is_same(one: &Path, other: &Path) -> bool {
    let both = (one.canonicalize(), other.canonicalize());
    matches!(both, (Ok(one), Ok(other)) if one == other)
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
