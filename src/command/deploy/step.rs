//! The steps of a deployment, in the order of each way.

use std::fmt;

use super::member::Member;
use super::traffic::Traffic;
use crate::format::Upstream;
use crate::plan::core::Core;
use crate::suggest;

/// One step.
pub(super) enum Step<'a> {
    /// The new code is tried.
    Try(&'a Member<'a>),
    /// The image that it starts from is made.
    Build(&'a Member<'a>, &'a Core),
    /// The image that it started from before is put back.
    PutBack(&'a Member<'a>, &'a Core),
    /// It is started, or started again, with the new code, and waited for.
    Start(&'a Member<'a>),
    /// nginx sends requests to these alone.
    Send(&'a Upstream, Vec<&'a Member<'a>>),
    /// It answers what it has been sent.
    Drain(&'a Member<'a>),
    /// It leaves for good.
    Stop(&'a Member<'a>),
}

/// What there is before any process is stopped: the code is tried, or becomes an image.
pub(super) fn code<'a>(members: &'a [Member<'a>], rollback: bool) -> Vec<Step<'a>> {
    let with_image = members
        .iter()
        .filter_map(|member| Some((member, member.service.core.as_ref()?)));
    let mut steps: Vec<Step<'_>> = with_image
        .map(|(member, core)| {
            if rollback {
                Step::PutBack(member, core)
            } else {
                Step::Build(member, core)
            }
        })
        .collect();
    // A spare process tries it by its start.
    let first = &members[0];
    if steps.is_empty() && !first.service.spare {
        steps.push(Step::Try(first));
    }
    steps
}

/// Replicas one after the other; behind a file of nginx each without requests meanwhile.
pub(super) fn rolling<'a>(
    members: &'a [Member<'a>],
    upstream: Option<&'a Upstream>,
) -> Vec<Step<'a>> {
    let mut steps = Vec::new();
    for member in members {
        if let Some(upstream) = upstream {
            let others = members.iter().filter(|other| other.name() != member.name());
            steps.push(Step::Send(upstream, others.collect()));
            steps.push(Step::Drain(member));
        }
        steps.push(Step::Start(member));
    }
    steps.extend(upstream.map(|upstream| Step::Send(upstream, members.iter().collect())));
    steps
}

/// The one that does not take requests in the place of each that does, of which there is one at
/// least.
pub(super) fn with_spare<'a>(
    members: &'a [Member<'a>],
    upstream: &'a Upstream,
    mut serving: Vec<&'a Member<'a>>,
) -> Vec<Step<'a>> {
    let mut steps = Vec::new();
    let waits = |member: &&Member<'_>| serving.iter().all(|other| other.name() != member.name());
    let mut idle = match members.iter().find(waits) {
        Some(idle) => idle,
        None => {
            // All of them take requests, as before there was a spare one.
            let last = serving.len() - 1;
            let idle = serving.remove(last);
            steps.push(Step::Send(upstream, serving.clone()));
            steps.push(Step::Drain(idle));
            idle
        }
    };
    for index in 0..serving.len() {
        let old = std::mem::replace(&mut serving[index], idle);
        steps.push(Step::Start(idle));
        let mut ordered = serving.clone();
        ordered.sort_by_key(|member| member.port());
        steps.push(Step::Send(upstream, ordered));
        steps.push(Step::Drain(old));
        steps.push(Step::Stop(old));
        idle = old;
    }
    steps
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Try(member) => write!(f, "trying the code of `{}`", member.name()),
            Step::Build(member, _) => write!(f, "building the image of `{}`", member.name()),
            Step::PutBack(member, core) => write!(
                f,
                "putting back the image of `{}` before: `{}`",
                member.name(),
                core.file.resolved()
            ),
            Step::Start(member) => {
                write!(f, "starting `{}` and waiting for it", member.name())?;
                match &member.restart {
                    Some(call) => write!(f, ": `{call}`"),
                    None => Ok(()),
                }
            }
            Step::Send(upstream, members) => {
                let names: Vec<&str> = members
                    .iter()
                    .map(|member| member.name().as_str())
                    .collect();
                write!(
                    f,
                    "sending requests to {}: writing `{}`, `{}`",
                    suggest::list(&names),
                    upstream.path.display(),
                    Traffic::reload()
                )
            }
            Step::Drain(member) => write!(f, "waiting for the last answers of `{}`", member.name()),
            Step::Stop(member) => {
                write!(f, "stopping `{}`", member.name())?;
                match &member.stop {
                    Some(call) => write!(f, ": `{call}`"),
                    None => Ok(()),
                }
            }
        }
    }
}
