//! `lisplaunch import`: a project file from what people have.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use super::{Failure, Invocation, deliver, info, report, templates};
use crate::argv;
use crate::cli::beginning::ImportArgs;
use crate::format::File;
use crate::host::{self, Host};
use crate::import::comparison::{STAND_IN, differences};
use crate::import::draft::Draft;
use crate::import::{Imported, import};
use crate::output;
use crate::plan::{self, Choices, Plan};
use crate::problem::{Problem, Source};
use crate::project::Project;
use crate::project::find::FoundProject;
use crate::trust::Standing;

pub(super) fn execute(invocation: &Invocation, arguments: &ImportArgs) -> Result<ExitCode> {
    let files = arguments.files.iter().map(|file| read(file));
    let files = files.collect::<Result<Vec<Source>, Problem>>();
    let imported = import(&files.map_err(Failure::from)?).map_err(Failure::from)?;
    let output = arguments.output.as_deref();
    match output.filter(|path| *path != Path::new("-")) {
        Some(path) => write(invocation, path, &imported.text, arguments.force)?,
        None => deliver(&imported.text)?,
    }
    explain(invocation, &imported, output)?;
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> Result<Source, Problem> {
    let text = host::read_text(file).map_err(|error| Problem::io("read", file, &error))?;
    let name = file.display().to_string();
    Ok(Source { name, text })
}

fn write(invocation: &Invocation, path: &Path, text: &str, force: bool) -> Result<(), Failure> {
    let file = File {
        path: "lisplaunch.yaml".to_owned(),
        text: text.to_owned(),
        executable: false,
        private: false,
    };
    let targets = output::targets(path, vec![file])?;
    Ok(output::write(&targets, force, &invocation.owners()?)?)
}

/// Prints for each service whether it is started as before.
fn explain(
    invocation: &Invocation,
    imported: &Imported,
    output: Option<&Path>,
) -> Result<(), Failure> {
    let folder = match output {
        Some(path) => output::folder(path),
        None => Path::new(".").to_owned(),
    };
    let folder = std::path::absolute(&folder).unwrap_or(folder);
    let plan = planned(imported, &folder, invocation);
    for (index, service) in imported.services.iter().enumerate() {
        let line = service.line;
        let place = service.place.replacen(": ", &format!(":{line}: "), 1);
        let verdict = match &plan {
            Ok(plan) => verdict(service, plan, index, imported)?,
            Err(_) => "the project file has to be completed".to_owned(),
        };
        info(&format!("{place}: {verdict}"));
        for note in &service.notes {
            let text = &note.text;
            info(&format!(
                "  {}: line {}: {text}",
                note.about.opening(),
                note.line
            ));
        }
    }
    for (file, note) in &imported.notes {
        let text = &note.text;
        info(&format!(
            "{file}:{}: {}: {text}",
            note.line,
            note.about.opening()
        ));
    }
    if let Err(problems) = plan {
        report(&problems);
    }
    Ok(())
}

fn verdict(
    service: &Draft,
    plan: &Plan,
    index: usize,
    imported: &Imported,
) -> Result<String, Failure> {
    let several = imported.services.len() > 1;
    let planned = plan.services.iter().find(|planned| {
        let group = planned.replica.as_ref().map(|replica| &replica.of);
        let name = group.unwrap_or(&planned.name);
        !several || Some(name.as_str()) == service.name.as_deref()
    });
    let Some(planned) = planned.or(plan.services.get(index)) else {
        return Ok("it is not in the project file".to_owned());
    };
    let argv = match argv::argv(planned, &[], &templates(plan)?) {
        Ok(argv) => argv,
        Err(problem) => return Ok(problem.message().to_owned()),
    };
    let words: Vec<String> = argv.words().map(crate::word::Word::resolved).collect();
    let differences = differences(service, &imported.marks, &words);
    Ok(match differences.as_slice() {
        [] => "the same systems and forms as before".to_owned(),
        differences => format!("it differs: {}", differences.join("; ")),
    })
}

/// The plan of the project file, in an environment that says nothing of its variables.
fn planned(
    imported: &Imported,
    folder: &Path,
    invocation: &Invocation,
) -> Result<Plan, Vec<Problem>> {
    let found = FoundProject {
        source: Source {
            name: "the project file".to_owned(),
            text: imported.text.clone(),
        },
        file: None,
        folder: folder.display().to_string(),
        standing: Standing::default(),
        above: false,
    };
    let project = Project::read(found).map_err(|problem| vec![problem])?;
    let unset = imported.marks.without_default();
    let choices = Choices {
        set: unset
            .map(|name| (name.to_owned(), STAND_IN.to_owned()))
            .filter(|(name, _)| imported.text.contains(&format!("${{{name}")) && name != "REPLICA")
            .collect(),
        allow_unset: true,
        unknown_as_self: true,
        ..Choices::default()
    };
    let host = Host {
        environment: std::sync::Arc::default(),
        ..invocation.host.clone()
    };
    plan::plan(&project, &choices, &host)
}
