//! Which services are one site: those that answer for the same hosts.

use std::collections::BTreeSet;

use crate::plan::http::Http;
use crate::plan::service::Service;
use crate::problem::Problem;

/// A site: one service, or several that are equal.
pub(super) struct Site<'a> {
    /// The service that the others are like.
    pub(super) service: &'a Service,
    /// What holds for all of them, but for the port.
    pub(super) http: &'a Http,
    /// Their ports.
    pub(super) ports: Vec<u16>,
    hosts: BTreeSet<String>,
}

/// The sites of those services that answer HTTP, in their order.
///
/// # Errors
/// When it is not clear which site answers for a host.
pub(super) fn sites(services: &[Service]) -> Result<Vec<Site<'_>>, Problem> {
    let mut sites: Vec<Site<'_>> = Vec::new();
    for service in services {
        let Some(http) = &service.http else { continue };
        let hosts = http.hosts.iter().map(|host| host.to_ascii_lowercase());
        let new = Site {
            service,
            http,
            ports: vec![http.port.number()],
            hosts: hosts.collect(),
        };
        match sites.iter_mut().find(|site| site.is_same(&new)) {
            Some(site) => site.join(&new)?,
            None => {
                sites.iter().try_for_each(|site| site.beside(&new))?;
                sites.push(new);
            }
        }
    }
    Ok(sites)
}

impl Site<'_> {
    /// Whether requests for the one may go to the other.
    fn is_same(&self, other: &Site<'_>) -> bool {
        let group = |site: &Site<'_>| Some(site.service.replica.as_ref()?.of.clone());
        let replicas = group(self).is_some() && group(self) == group(other);
        replicas || !self.hosts.is_empty() && self.hosts == other.hosts
    }

    fn join(&mut self, other: &Site<'_>) -> Result<(), Problem> {
        let (ours, theirs) = (self.http, other.http);
        let differences = [
            ("hosts", self.hosts != other.hosts),
            ("path", ours.path != theirs.path),
            ("static", ours.static_folder != theirs.static_folder),
            ("certificate", ours.tls != theirs.tls),
            ("max-body", ours.max_body != theirs.max_body),
        ];
        if let Some((key, _)) = differences.iter().find(|(_, differs)| *differs) {
            return Err(Problem::error(format!(
                "{} are one site, but differ in `http.{key}`",
                self.and(other)
            ))
            .help("give both the same, or other hosts to one of them"));
        }
        // Replicas that are handed one socket have one port.
        let further = other.ports.iter().filter(|port| !self.ports.contains(port));
        let further: Vec<u16> = further.copied().collect();
        self.ports.extend(further);
        Ok(())
    }

    /// Whether it is clear which of two sites a request is for.
    fn beside(&self, other: &Site<'_>) -> Result<(), Problem> {
        if self.hosts.is_empty() && other.hosts.is_empty() {
            return Err(Problem::error(format!(
                "{} name no hosts, and only one site can answer for all that others leave",
                self.and(other)
            ))
            .help("add `http.hosts`, or write the site of one service at a time"));
        }
        match self.hosts.intersection(&other.hosts).next() {
            None => Ok(()),
            Some(host) => Err(Problem::error(format!(
                "{} both answer for `{host}`, but are two sites",
                self.and(other)
            ))
            .help("give both the same `http.hosts`, or no host to both")),
        }
    }

    fn and(&self, other: &Site<'_>) -> String {
        let (first, second) = (&self.service.name, &other.service.name);
        format!("the services `{first}` and `{second}`")
    }
}
