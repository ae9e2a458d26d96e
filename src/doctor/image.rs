//! Whether running images are older than their sources. The image is asked: it remembers from which
//! texts it was loaded.

use std::path::Path;
use std::time::Duration;

use super::finding::Finding;
use super::scene::Scene;
use crate::live::finding::{Connected, Running};
use crate::live::occupant::Occupant;
use crate::live::reload::loading::PACKAGE;
use crate::live::reload::names::FileNames;
use crate::live::swank::reader::read;
use crate::live::swank::sexp::Sexp;
use crate::live::swank::{Answer, Evaluation, Interrupt, Timeouts, Unheard};
use crate::plan::name::Name;
use crate::plan::service::Service;

const QUESTION: &str = "(lisplaunch::changed-sources)";

/// How long an image may take to answer: it compares the texts of all its files.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let services = scene.services.iter();
    services
        .filter(|service| service.swank.is_some())
        .map(|service| judge(scene, service))
        .collect()
}

fn judge(scene: &Scene<'_>, service: &Service) -> Finding {
    let name = &service.name;
    let running = match Running::new(service.clone(), scene.overrides, scene.host) {
        Ok(running) => running,
        Err(problem) => return unknown(name, problem.message()),
    };
    let mut connected = match running.attempt(Timeouts::default()) {
        Ok(connected) => connected,
        Err(_) if Occupant::of(&running.address, scene.host).is_none() => {
            return Finding::ok(format!("`{name}` does not run"));
        }
        Err(missed) => return unknown(name, &missed.to_string()),
    };
    let Some(changed) = changed(&mut connected) else {
        return Finding::unknown(format!(
            "from which texts the image of `{name}` was loaded: it was started by another release, or without the runtime"
        ))
        .cure("restart it, and it remembers");
    };
    if changed.is_empty() {
        return Finding::ok(format!(
            "the image of `{name}` has loaded its sources as they are"
        ));
    }
    let names = FileNames::new(scene.folder.unwrap_or(Path::new("/")));
    let files: Vec<String> = changed
        .iter()
        .map(|file| names.of(Path::new(file)))
        .collect();
    Finding::warning(format!(
        "the image of `{name}` is older than its sources: {}",
        files.join(", ")
    ))
    .cure("`lisplaunch reload` loads them, `lisplaunch restart` starts it again")
}

fn unknown(name: &Name, reason: &str) -> Finding {
    Finding::unknown(format!(
        "whether the image of `{name}` is older than its sources: {reason}"
    ))
}

/// The files that differ from what the image has loaded, if it knows that.
fn changed(connected: &mut Connected) -> Option<Vec<String>> {
    let evaluation = Evaluation {
        package: Some(PACKAGE),
        timeout: Some(PATIENCE),
        ..Evaluation::new(QUESTION)
    };
    let client = &mut connected.client;
    let answer = client.evaluate(&evaluation, &mut Unheard, &Interrupt::new());
    let Ok(Answer::Returned { values, .. }) = answer else {
        return None;
    };
    let printed = read(values.first()?).ok()?;
    let said = read(printed.as_str()?).ok()?;
    let remembers = said.property(":remembers").and_then(Sexp::as_number::<u8>);
    if remembers != Some(1) {
        return None;
    }
    let files = said.property(":changed")?.as_list()?;
    let files = files.iter().filter_map(Sexp::as_str);
    Some(files.map(str::to_owned).collect())
}
