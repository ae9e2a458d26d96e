//! Where a service answers HTTP: what the `http` key says. Nothing is started by it; what is in
//! front of the service is written from it.

use serde::Serialize;

use super::context::{self, Context};
use super::path;
use super::port::Port;
use super::quantity::Bytes;
use super::ready::is_url_byte;
use super::socket::{self, HandedSocket};
use super::upstream::{self, Upstream};
use crate::problem::{Location, Problem};
use crate::project::field::{Field, Fields};
use crate::word::Word;

/// Where a service answers HTTP.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Http {
    /// The port that it listens on.
    pub port: Port,
    /// The host names that it answers for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// The path that a health check asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The absolute folder of files that can be served without asking it.
    #[serde(rename = "static", skip_serializing_if = "Option::is_none")]
    pub static_folder: Option<Word>,
    /// What TLS in front of it takes.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// The largest body of a request.
    pub max_body: Bytes,
    /// The absolute path of the file in which nginx finds the replicas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream: Option<Upstream>,
    /// The socket that what starts it holds and hands to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket: Option<HandedSocket>,
    /// Where the port is in the file.
    #[serde(skip)]
    pub location: Option<Location>,
}

/// The absolute paths of what TLS takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tls {
    /// The certificate.
    pub certificate: Word,
    /// Its key.
    pub key: Word,
}

/// Reads the `http` key of a service; nothing where it answers none.
///
/// `replicas` is how many services are made of it.
pub(super) fn read(context: &Context<'_>, replicas: u32) -> Option<Http> {
    let field = context.fields.get("http")?;
    if field.is_false() {
        return None;
    }
    let fields = field.fields();
    let hosts = context::items(fields.get("hosts"));
    let path = fields.get("path").and_then(|path| path.parse(url_path));
    let folder = |folder: Field<'_>| path::read(&folder, context.base);
    let static_folder = fields.get("static").and_then(folder);
    let tls = tls(context, &fields);
    let max_body = fields.read("max-body", Bytes::parse);
    let upstream = fields.get("upstream");
    let upstream = upstream.and_then(|file| upstream::read(&file, context.base, replicas));
    let socket = fields.get("socket");
    let socket = socket.and_then(|field| socket::read(&field, upstream.as_ref()));
    let Some(port) = fields.get("port") else {
        field.report(
            Problem::error("`http` names no port").help("add `port:`, or write `http: 8080`"),
        );
        return None;
    };
    if port.is_unset() {
        return None;
    }
    Some(Http {
        port: port.parse_word(Port::parse)?,
        hosts: hosts
            .iter()
            .filter_map(|host| host.parse(host_name))
            .collect(),
        path,
        static_folder,
        tls,
        max_body,
        upstream,
        socket,
        location: Some(port.location()),
    })
}

fn tls(context: &Context<'_>, http: &Fields<'_>) -> Option<Tls> {
    let (certificate, key) = match (http.get("certificate"), http.get("key")) {
        (Some(certificate), Some(key)) => (certificate, key),
        (None, None) => return None,
        (Some(alone), None) => return alone_without(&alone, "key"),
        (None, Some(alone)) => return alone_without(&alone, "certificate"),
    };
    Some(Tls {
        certificate: path::read(&certificate, context.base)?,
        key: path::read(&key, context.base)?,
    })
}

fn alone_without(field: &Field<'_>, other: &str) -> Option<Tls> {
    let path = field.path();
    field.report(
        Problem::error(format!("`{path}` is set without `http.{other}`"))
            .help("TLS takes a certificate and its key: name both files, or none"),
    );
    None
}

fn host_name(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let label = |label: &str| {
        let legal = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        !label.is_empty() && label.chars().all(legal) && !label.starts_with('-')
    };
    if name.split('.').all(label) {
        Ok(text.to_owned())
    } else {
        Err("a host name such as `shop.example`, without `http://`, port and path".to_owned())
    }
}

fn url_path(text: &str) -> Result<String, String> {
    if text.starts_with('/') && text.bytes().all(is_url_byte) {
        Ok(text.to_owned())
    } else {
        Err("a path such as `/health`, other characters as `%20`".to_owned())
    }
}
