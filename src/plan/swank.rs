//! The server that SLIME connects to: what the `swank` key says.

use std::net::IpAddr;
use std::path::Path;

use super::context::Context;
use super::name::Name;
use super::path;
use super::port::Port;
use super::service::{Secret, Swank};
use crate::problem::Problem;
use crate::project::field::{Field, Fields};
use crate::word::Word;

/// Reads the `swank` key of a service; nothing where it has no server.
pub(super) fn read(context: &Context<'_>, service: &Name) -> Option<Swank> {
    let field = context.fields.get("swank")?;
    if field.is_false() {
        return None;
    }
    let fields = field.fields();
    if fields.get("port").is_some_and(|port| port.is_unset()) {
        return None;
    }
    Some(Swank {
        port: fields.read_word("port", Port::parse),
        interface: interface(&fields),
        dont_close: fields.flag("dont-close"),
        secret: secret(context, &fields, service),
        location: Some(fields.get("port").unwrap_or(field).location()),
    })
}

fn secret(context: &Context<'_>, swank: &Fields<'_>, service: &Name) -> Secret {
    let Some(field) = swank.get("secret") else {
        return Secret::Slime;
    };
    field
        .parse_word(|word| match word.resolved().as_str() {
            "auto" => Ok(Secret::Auto(secret_file(context, &field, service))),
            "none" => Ok(Secret::None),
            "true" => Err("`auto`, `none` or a file".to_owned()),
            "false" => Err("`none`, `auto` or a file".to_owned()),
            _ => path::absolute(word, context.base).map(Secret::File),
        })
        .unwrap_or(Secret::None)
}

/// Where the secret of `auto` is kept.
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
    let remote = swank.flag("allow-remote");
    let Interface { name, reachable } = swank.read("interface", Interface::parse);
    let field = swank.get("interface").filter(|field| !field.is_unset());
    if let (Some(field), true) = (field, reachable) {
        field.report(if remote {
            Problem::warning(format!("swank listens on `{name}`"))
                .label("anyone who reaches this address can run any code as the service's user")
        } else {
            Problem::error(format!("swank would listen on `{name}`"))
                .label("anyone who reaches this address could run any code as the service's user")
                .help("leave it out and connect through `ssh -L`")
                .help("or write `allow-remote: true` beside it, where a firewall keeps others out")
        });
    }
    name.into()
}

/// What a server listens on.
struct Interface {
    name: String,
    /// Whether other machines may reach it.
    reachable: bool,
}

impl Interface {
    fn parse(text: &str) -> Result<Self, String> {
        let host_name = !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
        let reachable = match text.parse::<IpAddr>() {
            Ok(IpAddr::V6(_)) => {
                return Err("an IPv4 address: swank listens on no other".to_owned());
            }
            Ok(IpAddr::V4(address)) => !address.is_loopback(),
            Err(_) if host_name => text != "localhost",
            Err(_) => return Err("an address such as `127.0.0.1`".to_owned()),
        };
        Ok(Interface {
            name: text.to_owned(),
            reachable,
        })
    }
}
