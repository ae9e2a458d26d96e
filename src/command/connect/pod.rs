//! The way into a pod of Kubernetes.

use super::{beside, command};
use crate::cli::live::ConnectionArgs;
use crate::command::{Failure, Invocation};
use crate::format;
use crate::live::finding::Running;
use crate::plan::service::Secret;

/// What to type for the service in this pod, and how to see the secret that its image keeps there.
pub(super) fn way_into(
    invocation: &Invocation,
    service: Option<&String>,
    pod: &str,
    connection: &ConnectionArgs,
) -> Result<String, Failure> {
    let format = format::find("kubernetes")?;
    let choices = format.choices(invocation.choices(&[]));
    let (_, service) = invocation.plan_one_of(&invocation.project()?, service, choices)?;
    let running = Running::new(
        service,
        &invocation.overrides(connection)?,
        &invocation.host,
    )?;
    let port = running.address.port;
    let (resource, ports) = (format!("pod/{pod}"), format!("{port}:{port}"));
    let mut text = beside(&words(["kubectl", "port-forward", &resource, &ports]), port)?;
    let secret = running.service.swank.as_ref().map(|swank| &swank.secret);
    if let Some(Secret::Auto(file) | Secret::File(file)) = secret {
        let file = file.resolved();
        let show = words(["kubectl", "exec", pod, "--", "cat", &file]);
        text += &format!(
            "What SLIME finds in `~/.slime-secret` has to be this:\n  {}\n",
            command(&show)?
        );
    }
    Ok(text)
}

fn words<const COUNT: usize>(words: [&str; COUNT]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}
