//! What no image is made from: secrets before all, and what is made again in it.

use crate::format::{Emission, Owner};
use crate::plan::Plan;
use crate::render::TemplateValue;
use crate::word::Word;

/// What the template of `.dockerignore` knows.
pub(super) fn ignored(emission: &Emission<'_>) -> Vec<(&'static str, TemplateValue)> {
    let plan = emission.plan;
    let project = Owner::project();
    let list =
        |paths: Vec<Word>| TemplateValue::list(paths.into_iter().map(|path| project.setting(path)));
    vec![
        ("secrets", list(secrets(plan))),
        ("written", list(written(plan))),
    ]
}

/// Env files and the project file, which may hold what the image must not.
fn secrets(plan: &Plan) -> Vec<Word> {
    let files = plan.services.iter().flat_map(|service| &service.env_file);
    let below = format!("{}/", plan.folder.trim_end_matches('/'));
    let all = files.chain(&plan.file);
    different(all.filter_map(|file| Some(file.strip_prefix(&below)?.into())))
}

/// What services write.
fn written(plan: &Plan) -> Vec<Word> {
    let logs = plan
        .services
        .iter()
        .filter_map(|service| service.log.as_ref());
    let logs = logs.map(|log| &log.file);
    let folders = plan.services.iter().flat_map(|service| &service.writable);
    different(folders.chain(logs).filter_map(|path| {
        let path = path.resolved();
        let below = path
            .strip_prefix(super::container::FOLDER)?
            .strip_prefix('/')?;
        (!below.is_empty()).then(|| below.into())
    }))
}

fn different(paths: impl Iterator<Item = Word>) -> Vec<Word> {
    let mut found = Vec::new();
    for path in paths {
        if !found.contains(&path) {
            found.push(path);
        }
    }
    found
}
