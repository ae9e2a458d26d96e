//! `lisplaunch emit nomad`: a job for each service, whose processes run without a container.

mod job;

use super::{Emission, File, Format, Layout, Owner};
use crate::dialect::Printed;
use crate::dialect::nomad::{Nomad, VariablesFile};
use crate::plan::login;
use crate::plan::network::Network;
use crate::plan::secrecy::is_secret;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, TemplateValue, TemplateValues};
use crate::word::Word;
use job::job;

pub(super) const FORMAT: Format = Format {
    name: "nomad",
    summary: "jobs for Nomad, with its driver `exec`",
    layout: Layout::Folders,
    as_user: true,
    indirect: false,
    personal: false,
    network: Network::Own,
    placement: None,
    replicas: Replicas::Alike,
    templates: &[JOB, VARIABLES],
    files,
};

const JOB: Template = Template {
    name: "nomad/job.hcl",
    text: include_str!("../../templates/nomad/job.hcl"),
    dialect: &Nomad,
};

const VARIABLES: Template = Template {
    name: "nomad/variables.json",
    text: include_str!("../../templates/nomad/variables.json"),
    dialect: &VariablesFile,
};

/// The home of a process: a folder of its own, which ends with it. The driver shows no other.
const HOME: &str = "/local";

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    let mut files = Vec::new();
    for service in &emission.plan.services {
        files.extend(of_service(emission, service)?);
    }
    Ok(files)
}

fn of_service(emission: &Emission<'_>, service: &Service) -> Result<Vec<File>, Problem> {
    let name = service.identity.unique_name();
    let variables = variables(service).into_iter();
    // The way of secrets loses a variable that is empty.
    let (secrets, plain): (Vec<_>, Vec<_>) = variables
        .partition(|(name, value)| is_secret(service, name) && !value.resolved().is_empty());
    let mut context = job(emission, service, !secrets.is_empty())?;
    context.push(("environment", lines(service, plain)));
    let text = emission.render(&JOB, context)?;
    let job = File::new(format!("{name}.nomad.hcl"), text);
    let mut files = vec![job.private(emission.private())];
    if !secrets.is_empty() {
        let path = format!("nomad/jobs/{name}");
        let context: TemplateValues = vec![
            ("path", Owner::of(service).setting(path)),
            ("environment", lines(service, secrets)),
        ];
        let text = emission.render(&VARIABLES, context)?;
        files.push(File::new(format!("{name}.variables.json"), text).private(true));
    }
    Ok(files)
}

/// The variables of the service, before them those that every process needs.
fn variables(service: &Service) -> Vec<(String, Word)> {
    let user = service.user.as_deref();
    let user = user.map(|user| ("USER".to_owned(), user.into()));
    let needed = [("HOME".to_owned(), HOME.into()), login::language()];
    let mut variables: Vec<(String, Word)> = needed.into_iter().chain(user).collect();
    variables.retain(|(name, _)| service.env.iter().all(|(own, _)| own != name));
    variables.extend(service.env.iter().cloned());
    variables
}

fn lines(service: &Service, variables: Vec<(String, Word)>) -> TemplateValue {
    let owner = Owner::of(service);
    let lines = variables.into_iter();
    TemplateValue::list(lines.map(|variable| owner.print(Printed::Environment(vec![variable]))))
}
