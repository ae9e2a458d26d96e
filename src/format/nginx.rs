//! `lisplaunch emit nginx`: a site for each service that answers HTTP.

mod site;
mod upstream;

use super::{Emission, File, Format, Layout, Owner};
use crate::dialect::nginx::{Nginx, location};
use crate::plan::network::Network;
use crate::plan::quantity::Bytes;
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, TemplateValue};
use crate::word::Word;
use site::{Site, sites};

pub use upstream::UpstreamFile;

pub(super) const FORMAT: Format = Format {
    name: "nginx",
    summary: "sites of nginx in front of the services that have `http`",
    layout: Layout::One,
    as_user: true,
    indirect: false,
    personal: false,
    network: Network::OfMachine,
    placement: None,
    replicas: Replicas::Numbered,
    templates: &[SITE, upstream::TEMPLATE],
    files,
};

const SITE: Template = Template {
    name: "nginx/site.conf",
    text: include_str!("../../templates/nginx/site.conf"),
    dialect: &Nginx,
};

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    let sites = sites(&emission.plan.services)?;
    if sites.is_empty() {
        return Err(
            Problem::error("no service here has `http`, so there is no site to write")
                .help("add the port on which it answers: `http: 8080`"),
        );
    }
    let project = emission.plan.project.as_str();
    let context = vec![
        ("project", Owner::project().bare(variable(project))),
        ("sites", TemplateValue::list(sites.iter().map(server))),
    ];
    let text = emission.render(&SITE, context)?;
    Ok(vec![File::new(format!("{project}.conf"), text)])
}

/// The end of a variable's name.
fn variable(project: &str) -> String {
    project.replace(['-', '.'], "_")
}

fn server(site: &Site<'_>) -> TemplateValue {
    let owner = Owner::of(site.service);
    let http = site.http;
    let hosts: Vec<Word> = http.hosts.iter().map(|host| host.as_str().into()).collect();
    let tls = http.tls.as_ref().map(|tls| {
        TemplateValue::map([
            ("certificate", owner.setting(tls.certificate.clone())),
            ("key", owner.setting(tls.key.clone())),
        ])
    });
    let path = http.path.as_deref().map(Word::from);
    let upstream = http.upstream.as_ref();
    TemplateValue::map([
        ("name", owner.bare(site.service.group_name())),
        (
            "description",
            owner.comment(site.service.description.as_ref()),
        ),
        (
            "ports",
            TemplateValue::list(site.ports.iter().map(|port| owner.bare(port))),
        ),
        ("several", TemplateValue::flag(site.ports.len() > 1)),
        (
            "upstream",
            TemplateValue::option(upstream.map(|upstream| owner.setting(upstream.file.clone()))),
        ),
        (
            "hosts",
            TemplateValue::option((!hosts.is_empty()).then(|| owner.words(&hosts))),
        ),
        ("tls", TemplateValue::option(tls)),
        ("max_body", owner.bare(size(http.max_body))),
        (
            "static_folder",
            TemplateValue::option(
                http.static_folder
                    .clone()
                    .map(|folder| owner.setting(folder)),
            ),
        ),
        (
            "health",
            TemplateValue::option(path.map(|path| owner.own(location, [&path]))),
        ),
    ])
}

/// As nginx writes it: `10m`.
fn size(bytes: Bytes) -> String {
    bytes.with_short_unit().to_lowercase()
}
