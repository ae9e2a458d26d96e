//! Names in DNS, for tools that give each service one.

use crate::plan::service::Service;
use crate::problem::Problem;

/// The longest name.
pub(super) const LONGEST: usize = 63;

/// The name in DNS that is nearest to a name of ours.
pub(super) fn nearest(name: &str) -> String {
    let near = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    name.chars().map(near).collect()
}

/// The name in DNS of a service.
///
/// # Errors
/// When it is none.
pub(super) fn of(service: &Service) -> Result<String, Problem> {
    let label = nearest(&service.identity.unique_name());
    let begins = label.starts_with(|c: char| c.is_ascii_lowercase());
    if begins && !label.ends_with('-') && label.len() <= LONGEST {
        return Ok(label);
    }
    Err(Problem::error(format!(
        "the service `{}`: `{label}` is not a valid name in DNS",
        service.name
    ))
    .help(format!(
        "a letter first, a letter or digit last, at most {LONGEST} in all: rename the project or the service"
    )))
}

/// Refuses services that would have one name.
///
/// # Errors
/// When there are two of them.
pub(super) fn check_different(services: &[Service]) -> Result<(), Problem> {
    let mut seen: Vec<(String, &Service)> = Vec::new();
    for service in services {
        let label = of(service)?;
        if let Some((_, other)) = seen.iter().find(|(known, _)| *known == label) {
            return Err(Problem::error(format!(
                "the services `{}` and `{}` would both be `{label}` in DNS",
                other.name, service.name
            ))
            .help(
                "rename one of them: capital letters are small ones there, `.` and `_` are `-`",
            ));
        }
        seen.push((label, service));
    }
    Ok(())
}
