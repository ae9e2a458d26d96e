//! The variables that a person has to give on the server.

use std::collections::BTreeSet;

use super::{ENV_FILE, SAMPLE};
use crate::plan::Plan;
use crate::plan::secrecy::is_secret;

/// The text of the sample; none where no service has such variables.
pub fn sample(plan: &Plan) -> Option<String> {
    let secrets = plan.services.iter().flat_map(|service| {
        let names = service.env.iter().map(|(name, _)| name.as_str());
        names.filter(|name| is_secret(service, name))
    });
    let secrets: BTreeSet<&str> = secrets.collect();
    if secrets.is_empty() {
        return None;
    }
    let lines: String = secrets.iter().map(|name| format!("{name}=\n")).collect();
    Some(format!(
        "# What only this server knows: cp {SAMPLE} {ENV_FILE}; chmod 600 {ENV_FILE}\n\
         # A value is literal, up to the end of its line; the environment takes precedence.\n\
         {lines}"
    ))
}
