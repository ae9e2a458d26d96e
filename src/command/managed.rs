//! A project as a manager would have it: its files, and where that reads them.

use std::path::Path;

use super::emitted::Emitted;
use super::{Failure, Invocation, as_user, report};
use crate::cli::manager::ManagerArgs;
use crate::format::{self, Choice, File, Format, Layout};
use crate::output;
use crate::plan::outputs::Output;
use crate::plan::{self, Choices, Plan};
use crate::problem::Problem;
use crate::project::Project;
use crate::service_manager::{Placed, ServiceManager, Whereabouts};

/// What is given to a manager, or taken from it.
pub(super) struct Managed {
    pub(super) plan: Plan,
    pub(super) choice: Choice,
    pub(super) manager: Box<dyn ServiceManager>,
    pub(super) files: Vec<Placed>,
}

impl Invocation {
    /// The chosen services for a manager, as the command line and the project file want it.
    pub(super) fn managed(
        &self,
        arguments: &ManagerArgs,
        indirect: bool,
        orders: Choices,
    ) -> Result<Managed, Failure> {
        let format = format::find(arguments.kind.format)?;
        let project = self.project()?;
        let output = self.output(&project, &orders, format);
        let wanted = |of: fn(&Output) -> bool| output.as_ref().is_some_and(of);
        let indirect = indirect || wanted(|output| output.indirect);
        let personal = arguments.user || wanted(|output| output.user);
        let choice = Choice::new(format, indirect, personal)?;
        let manager = arguments.kind.find(Whereabouts {
            host: &self.host,
            folder: arguments.folder.as_deref(),
            configuration: arguments.config.as_deref(),
            personal,
        })?;
        let Emitted {
            plan, mut files, ..
        } = self.emitted(&project, orders, choice, None)?;
        if let (Layout::One, Some(output)) = (format.layout, &output) {
            rename(&mut files, output);
        }
        let targets = manager.place(files)?;
        let files = Placed::all(targets).map_err(|problem| Failure::failed([problem]))?;
        Ok(Managed {
            plan,
            choice,
            manager,
            files,
        })
    }

    /// What the project file says of the format. What is wrong with the file is reported when it
    /// is planned for the manager.
    fn output(&self, project: &Project, orders: &Choices, format: &Format) -> Option<Output> {
        let plan = plan::plan(project, &as_user(orders.clone()), &self.host).ok()?;
        let mut outputs = plan.outputs.into_iter();
        outputs.find(|output| output.format == format.name)
    }
}

/// The project file may have another name for the one file.
fn rename(files: &mut [File], output: &Output) {
    let name = Path::new(&output.path).file_name();
    let name = name.and_then(|name| name.to_str());
    if let ([file], Some(name), false) = (files, name, output.path.ends_with('/')) {
        name.clone_into(&mut file.path);
    }
}

impl Managed {
    /// Refuses files that another project has written.
    pub(super) fn refuse_other_projects(&self, help: &str) -> Result<(), Failure> {
        let mut files = self.files.iter();
        let other = files.find_map(|Placed { target, .. }| {
            let other = target.other_project()?;
            Some(
                Problem::error(format!(
                    "`{}` is of another project: `{other}`",
                    target.path.display()
                ))
                .help(help),
            )
        });
        other.map_or(Ok(()), |problem| Err(Failure::failed([problem])))
    }

    /// Warns of files that the project has left where the others go.
    pub(super) fn warn_of_siblings(&self) {
        let targets = self.files.iter().map(|placed| &placed.target);
        let warnings = output::siblings(targets).into_iter().map(|path| {
            Problem::warning(format!(
                "`{}` was written from this project too, and none of these services has it",
                path.display()
            ))
            .help("if it is not needed any more let its manager stop it, and remove it")
        });
        report(&warnings.collect::<Vec<_>>());
    }
}
