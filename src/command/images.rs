//! Whether the saved images of services are what their sources would make now, for a person.

use super::Failure;
use crate::host::Host;
use crate::plan::Plan;
use crate::plan::core::Core;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::render::Templates;
use crate::saved_core::{self, Freshness, Staleness, recipe};

/// How the image of a service is, if the service has one.
pub(super) fn judge(
    service: &Service,
    templates: &Templates,
    host: &Host,
) -> Result<Option<Freshness>, Failure> {
    let Some(core) = &service.core else {
        return Ok(None);
    };
    judge_image(service, core, templates, host).map(Some)
}

/// How it is.
pub(super) fn judge_image(
    service: &Service,
    core: &Core,
    templates: &Templates,
    host: &Host,
) -> Result<Freshness, Failure> {
    let recipe = recipe::text(service, core, templates)?;
    let judged = saved_core::judge(service, core, &recipe, host);
    judged.map_err(|problem| Failure::failed([problem]))
}

/// What a person should know of the images of a plan before anything starts from them. Where that
/// cannot be found out, the start will report it.
pub(super) fn warnings(plan: &Plan, templates: &Templates, host: &Host) -> Vec<Problem> {
    let services = plan.services.iter();
    let warning = |service: &Service| match judge(service, templates, host) {
        Ok(Some(Freshness::Stale(why))) => Some(warning(service, &why)),
        _ => None,
    };
    services.filter_map(warning).collect()
}

fn warning(service: &Service, why: &Staleness) -> Problem {
    let name = &service.name;
    let problem = match why {
        Staleness::Missing(file) => Problem::warning(format!(
            "the service `{name}` starts from a saved image, and there is no file `{}`",
            file.display()
        )),
        _ => Problem::warning(format!("the saved image of `{name}` is stale: {why}")),
    };
    problem.help(format!("`lisplaunch build {name}` rebuilds it"))
}
