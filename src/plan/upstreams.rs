//! The files in which nginx finds replicas, of all services: each is one group's alone.

use std::collections::BTreeMap;

use super::name::Name;
use super::service::Service;
use crate::problem::Problem;

/// Files that replicas do not share, and those that other services share.
pub(super) fn clashes(services: &[Service]) -> Vec<Problem> {
    let mut files: BTreeMap<String, &Service> = BTreeMap::new();
    let mut groups: BTreeMap<&Name, String> = BTreeMap::new();
    let mut problems = Vec::new();
    for service in services {
        let upstream = service
            .http
            .as_ref()
            .and_then(|http| http.upstream.as_ref());
        let (Some(upstream), Some(replica)) = (upstream, &service.replica) else {
            continue;
        };
        let file = upstream.file.resolved();
        let first = *files.entry(file.clone()).or_insert(service);
        let others = first.replica.as_ref().map(|first| &first.of) != Some(&replica.of);
        if others && !groups.contains_key(&replica.of) {
            problems.push(
                Problem::error(format!(
                    "the services `{}` and `{}` have the same `http.upstream`",
                    first.name, service.name
                ))
                .at(upstream.location.clone())
                .help("give each a file of its own"),
            );
        }
        if *groups.entry(&replica.of).or_insert_with(|| file.clone()) != file {
            problems.push(
                Problem::error(format!(
                    "the replicas of `{}` differ in `http.upstream`",
                    replica.of
                ))
                .at(upstream.location.clone())
                .help("name one file for all of them, without `${REPLICA}`"),
            );
        }
    }
    problems
}
