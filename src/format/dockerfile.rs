//! `lisplaunch emit dockerfile`: for each service an image that holds a program and nothing to build
//! it with.

mod ignored;
mod libraries;
mod service;

use super::container::outside;
use super::{Emission, File, Format, Layout, Owner, container};
use crate::dialect::dockerfile::{Dockerfile, Ignored};
use crate::plan::network::Network;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, TemplateValue};
use ignored::ignored;
use libraries::Libraries;

pub(super) const FORMAT: Format = Format {
    name: "dockerfile",
    summary: "Dockerfiles: a small image for each service",
    layout: Layout::Folders,
    as_user: false,
    indirect: false,
    personal: false,
    network: Network::Own,
    placement: Some(container::placement),
    replicas: Replicas::Alike,
    templates: &[DOCKERFILE, IGNORED],
    files,
};

const DOCKERFILE: Template = Template {
    name: "dockerfile/Dockerfile",
    text: include_str!("../../templates/dockerfile/Dockerfile"),
    dialect: &Dockerfile,
};

const IGNORED: Template = Template {
    name: "dockerfile/dockerignore",
    text: include_str!("../../templates/dockerfile/dockerignore"),
    dialect: &Ignored,
};

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    let services = &emission.plan.services;
    let files = services.iter().map(|service| dockerfile(emission, service));
    let mut files = files.collect::<Result<Vec<_>, _>>()?;
    let ignored = emission.render(&IGNORED, ignored(emission))?;
    files.push(File::new(".dockerignore", ignored));
    Ok(files)
}

fn dockerfile(emission: &Emission<'_>, service: &Service) -> Result<File, Problem> {
    let project = Owner::project();
    let libraries = Libraries::of(emission);
    let outside = outside::folders(&emission.plan.services)?;
    let contexts = outside.iter().map(|outside| outside.variable(&project));
    let mut context = vec![
        ("several", TemplateValue::flag(emission.plan.several)),
        ("contexts", TemplateValue::list(contexts)),
        ("libraries", libraries.variable(emission)?),
        ("user", project.bare(container::USER)),
        ("user_number", project.bare(container::USER_NUMBER)),
        ("folder", project.setting(container::FOLDER)),
        ("home", project.setting(container::HOME)),
    ];
    context.extend(service::of(emission, service)?);
    let text = emission.render(&DOCKERFILE, context)?;
    Ok(File::new(
        container::file_name(emission.plan, service),
        text,
    ))
}
