//! The Ingress of a service that answers for hosts.

use crate::format::{Owner, unsaid};
use crate::plan::http::Http;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::render::{TemplateValue, TemplateValues};
use crate::word::Word;

/// What the template knows; nothing where there are no hosts.
pub(super) fn ingress(service: &Service, http: &Http) -> Result<Option<TemplateValues>, Problem> {
    if http.hosts.is_empty() {
        return Ok(None);
    }
    let owner = Owner::of(service);
    let hosts = http.hosts.iter().map(|text| host(service, text));
    let hosts = hosts.collect::<Result<Vec<Word>, Problem>>()?;
    Ok(Some(vec![
        ("unsaid", unsaid::comments(&owner, unsaid::by_ingress(http))),
        ("tls", TemplateValue::flag(http.tls.is_some())),
        ("hosts", owner.words(&hosts)),
        (
            "rules",
            TemplateValue::list(hosts.iter().map(|host| owner.setting(host.clone()))),
        ),
    ]))
}

/// A host as an Ingress names it.
fn host(service: &Service, text: &str) -> Result<Word, Problem> {
    let host = text.to_ascii_lowercase();
    let name = host.strip_prefix("*.").unwrap_or(&host);
    let label = |label: &str| {
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '-';
        label.chars().all(legal) && !label.ends_with('-')
    };
    if name.split('.').all(label) {
        return Ok(host.into());
    }
    Err(Problem::error(format!(
        "the service `{}`: an Ingress cannot have the host `{text}`",
        service.name
    ))
    .help("letters, digits and `-`, which is not the last of a part: choose another name in `http.hosts`"))
}
