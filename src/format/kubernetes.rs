//! `lisplaunch emit kubernetes`: a Deployment for each service and what belongs to it.

mod deployment;
mod ingress;

use super::{Emission, File, Format, Layout, Owner, container, label};
use crate::dialect::Printed;
use crate::dialect::kubernetes::Kubernetes;
use crate::plan::login;
use crate::plan::network::Network;
use crate::plan::secrecy::is_secret;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, TemplateValue, TemplateValues};
use crate::word::Word;
use deployment::deployment;
use ingress::ingress;

pub(super) const FORMAT: Format = Format {
    name: "kubernetes",
    summary: "manifests for Kubernetes: Deployments, Services, Ingresses",
    layout: Layout::Folders,
    as_user: false,
    indirect: false,
    personal: false,
    network: Network::Own,
    placement: Some(container::placement),
    replicas: Replicas::Alike,
    templates: &[DEPLOYMENT, CONFIG, SECRET, SERVICE, INGRESS],
    files,
};

const DEPLOYMENT: Template = Template {
    name: "kubernetes/deployment.yaml",
    text: include_str!("../../templates/kubernetes/deployment.yaml"),
    dialect: &Kubernetes,
};

const CONFIG: Template = Template {
    name: "kubernetes/config.yaml",
    text: include_str!("../../templates/kubernetes/config.yaml"),
    dialect: &Kubernetes,
};

const SECRET: Template = Template {
    name: "kubernetes/secret.yaml",
    text: include_str!("../../templates/kubernetes/secret.yaml"),
    dialect: &Kubernetes,
};

const SERVICE: Template = Template {
    name: "kubernetes/service.yaml",
    text: include_str!("../../templates/kubernetes/service.yaml"),
    dialect: &Kubernetes,
};

const INGRESS: Template = Template {
    name: "kubernetes/ingress.yaml",
    text: include_str!("../../templates/kubernetes/ingress.yaml"),
    dialect: &Kubernetes,
};

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    label::check_different(&emission.plan.services)?;
    let mut files = Vec::new();
    for service in &emission.plan.services {
        files.extend(of_service(emission, service)?);
    }
    Ok(files)
}

fn of_service(emission: &Emission<'_>, service: &Service) -> Result<Vec<File>, Problem> {
    let label = label::of(service)?;
    let variables = variables(service).into_iter();
    let (secrets, plain): (Vec<_>, Vec<_>) =
        variables.partition(|(name, _)| is_secret(service, name));
    let file = |kind: &str, template, mut context: TemplateValues| {
        context.extend(object(emission, &label));
        let text = emission.render(template, context)?;
        Ok::<File, Problem>(File::new(format!("{label}.{kind}.yaml"), text))
    };
    let context = deployment(emission, service, !secrets.is_empty())?;
    let mut files = vec![
        file("deployment", &DEPLOYMENT, context)?.private(emission.private()),
        file("config", &CONFIG, environment(service, plain))?,
    ];
    if !secrets.is_empty() {
        let secret = file("secret", &SECRET, environment(service, secrets))?;
        files.push(secret.private(true));
    }
    if let Some(http) = &service.http {
        files.push(file("service", &SERVICE, Vec::new())?);
        if let Some(context) = ingress(service, http)? {
            files.push(file("ingress", &INGRESS, context)?);
        }
    }
    Ok(files)
}

/// What every object has.
fn object(emission: &Emission<'_>, label: &str) -> TemplateValues {
    let owner = Owner::project();
    vec![
        ("name", owner.bare(label)),
        (
            "project",
            owner.bare(label::nearest(emission.plan.project.as_str())),
        ),
    ]
}

/// The variables of the service, before them those that no image need have.
fn variables(service: &Service) -> Vec<(String, Word)> {
    let home = service.home.as_deref().map(Word::from);
    let mut variables: Vec<(String, Word)> = home
        .map(|home| ("HOME".to_owned(), home))
        .into_iter()
        .chain([login::language()])
        .collect();
    variables.retain(|(name, _)| service.env.iter().all(|(own, _)| own != name));
    variables.extend(service.env.iter().cloned());
    variables
}

fn environment(service: &Service, variables: Vec<(String, Word)>) -> TemplateValues {
    let owner = Owner::of(service);
    let lines = variables.into_iter();
    let lines = lines.map(|variable| owner.print(Printed::Environment(vec![variable])));
    vec![("environment", TemplateValue::list(lines))]
}
