//! Whether the services read and write text as UTF-8.

use super::finding::Finding;
use super::scene::{Scene, variable};
use crate::plan::service::Service;

/// The variables that say it, the first that is set counts.
const VARIABLES: [&str; 3] = ["LC_ALL", "LC_CTYPE", "LANG"];

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let services = scene.services.iter();
    let mut findings: Vec<Finding> = services
        .filter_map(|service| judge(scene, service))
        .collect();
    if findings.is_empty() && !scene.services.is_empty() {
        findings.push(Finding::ok("text is read and written as UTF-8"));
    }
    findings
}

/// What is wrong with the locale of a service, if something is.
fn judge(scene: &Scene<'_>, service: &Service) -> Option<Finding> {
    let name = &service.name;
    let mut lisps = scene.lisps.iter();
    let said = lisps
        .find(|lisp| lisp.service.as_deref() == Some(name.as_str()))
        .and_then(|lisp| lisp.said.as_ref().ok());
    let values = VARIABLES.into_iter();
    let mut values = values.filter_map(|variable_name| {
        let value = variable(service, variable_name, scene.host);
        Some((variable_name, value.filter(|value| !value.is_empty())?))
    });
    let set = values.next();
    let because = match &set {
        Some((variable, value)) => format!("`{variable}` is `{value}`"),
        None => "none of `LC_ALL`, `LC_CTYPE` and `LANG` is set".to_owned(),
    };
    let utf8 = |text: &str| text.to_lowercase().replace('-', "").contains("utf8");
    let cure = "`env: {LANG: C.UTF-8}` in the project file";
    match said {
        Some(said) if !utf8(&said.format) => Some(
            Finding::warning(format!(
                "`{name}` reads and writes text as {}, and not as UTF-8: {because}",
                said.format.trim_start_matches(':').to_lowercase()
            ))
            .cure(cure),
        ),
        // Other programs, and other versions of SBCL, believe it.
        _ if !set.is_some_and(|(_, value)| utf8(&value)) => Some(
            Finding::warning(format!(
                "the locale of `{name}` is not UTF-8: {because}; programs that it starts read and write no other text"
            ))
            .cure(cure),
        ),
        _ => None,
    }
}
