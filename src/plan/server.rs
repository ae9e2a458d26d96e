//! Where a service is asked over HTTP whether it is well, by a monitor outside.

use super::ready::{Ready, ReadyCheck, split_server};
use super::service::Service;

/// What is asked over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// The name or address, that of IPv6 without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The path, with what may follow it.
    pub path: String,
}

/// The port of HTTP.
const HTTP: u16 = 80;

impl Server {
    /// What a URL that was checked names.
    fn of(url: &str) -> Self {
        let rest = url.strip_prefix("http://").unwrap_or(url);
        let (server, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = split_server(server);
        let port = port.and_then(|port| port.parse().ok());
        Server {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: port.unwrap_or(HTTP),
            path: if path.is_empty() { "/" } else { path }.to_owned(),
        }
    }
}

impl Service {
    /// Where the service can be asked from its own machine whether it is well; nothing where the
    /// project file does not say.
    pub fn server(&self) -> Option<Server> {
        if let Some(Ready {
            check: ReadyCheck::Http(url),
            ..
        }) = &self.ready
        {
            return Some(Server::of(&url.resolved()));
        }
        let http = self.http.as_ref()?;
        Some(Server {
            host: "127.0.0.1".to_owned(),
            port: http.port.number(),
            path: http.path.clone()?,
        })
    }
}
