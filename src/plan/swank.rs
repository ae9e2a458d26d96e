//! The server that SLIME connects to: what the `swank` key says.

use std::net::IpAddr;
use std::path::Path;

use super::context::Context;
use super::name::Name;
use super::service::{Secret, Swank};
use super::{path, quantity};
use crate::problem::Problem;
use crate::project::field::{Field, Fields};
use crate::word::Word;

const DEFAULT_PORT: &str = "4005";
const DEFAULT_INTERFACE: &str = "127.0.0.1";

/// Reads the `swank` key of a service; nothing where it has no server.
pub(super) fn read(context: &Context<'_>, service: &Name) -> Option<Swank> {
    let field = context.fields.get("swank")?;
    if field.is_false() {
        return None;
    }
    let fields = field.fields();
    let port = fields.get("port");
    let number = match &port {
        Some(port) => port
            .parse(quantity::port)
            .and_then(|_| port.value())
            .map(|value| value.word()),
        None => Some(DEFAULT_PORT.into()),
    };
    let swank = Swank {
        port: number.unwrap_or_default(),
        interface: interface(&fields),
        style: fields
            .get("style")
            .and_then(|field| field.parse(swank_style))
            .unwrap_or("spawn"),
        dont_close: fields
            .get("dont-close")
            .and_then(|field| field.flag())
            .unwrap_or(true),
        secret: secret(context, &fields, service),
        place: Some(port.as_ref().unwrap_or(&field).place()),
    };
    Some(swank)
}

fn secret(context: &Context<'_>, swank: &Fields<'_>, service: &Name) -> Secret {
    let Some(field) = swank.get("secret") else {
        return Secret::Slime;
    };
    match field.parse(secret_kind) {
        Some("auto") => Secret::Auto(secret_file(context, &field, service)),
        Some("none") | None => Secret::None,
        Some(_) => Secret::File(path::read(&field, context.base).unwrap_or_default()),
    }
}

/// Where a secret that nobody has to think about is kept.
fn secret_file(context: &Context<'_>, field: &Field<'_>, service: &Name) -> Word {
    let state = context.host.state.as_deref().and_then(Path::to_str);
    if state.is_none() {
        field.report(
            Problem::error("the home folder is not known, and with it where to keep a secret")
                .help("name a file that holds one"),
        );
    }
    let folder = state.unwrap_or_default();
    Word::from(format!("{folder}/lisplaunch/secrets/{}/{service}", context.project).as_str())
}

fn interface(swank: &Fields<'_>) -> Word {
    let remote = swank
        .get("allow-remote")
        .and_then(|field| field.flag())
        .unwrap_or(false);
    let Some(field) = swank.get("interface") else {
        return DEFAULT_INTERFACE.into();
    };
    let Some(interface) = field.parse(swank_interface) else {
        return Word::default();
    };
    if !is_loopback(&interface) {
        field.report(if remote {
            Problem::warning(format!("swank listens on `{interface}`"))
                .label("whoever reaches this address can run any code as the service's user")
        } else {
            Problem::error(format!("swank would listen on `{interface}`"))
                .label("whoever reaches this address could run any code as the service's user")
                .help("leave it out and connect through `ssh -L`")
                .help("or write `allow-remote: true` beside it, where a firewall keeps others out")
        });
    }
    interface.into()
}

fn swank_style(text: &str) -> Result<&'static str, String> {
    match text {
        "spawn" | ":spawn" => Ok("spawn"),
        "nil" | "fd-handler" | "sigio" => Err(
            "`spawn`: with the other styles the service does not start, or SLIME is never answered"
                .to_owned(),
        ),
        _ => Err("`spawn`".to_owned()),
    }
}

fn secret_kind(text: &str) -> Result<&'static str, String> {
    match text {
        "auto" => Ok("auto"),
        "none" => Ok("none"),
        "true" => Err("`auto`, `none` or a file".to_owned()),
        "false" => Err("`none`, `auto` or a file".to_owned()),
        _ => Ok("file"),
    }
}

fn swank_interface(text: &str) -> Result<String, String> {
    let host_name = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V6(_)) => Err("an IPv4 address: swank listens on no other".to_owned()),
        Ok(IpAddr::V4(_)) => Ok(text.to_owned()),
        Err(_) if host_name => Ok(text.to_owned()),
        Err(_) => Err("an address such as `127.0.0.1`".to_owned()),
    }
}

fn is_loopback(interface: &str) -> bool {
    interface == "localhost"
        || interface
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
