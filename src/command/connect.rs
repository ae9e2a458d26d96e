//! `lisplaunch connect`: what to type in Emacs, or what Emacs needs to know.

mod pod;

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde::Serialize;

use super::{Failure, Invocation, deliver};
use crate::cli::live::ConnectArgs;
use crate::dialect::{Dialect, Printed, sh::Sh};
use crate::live::finding::Running;
use crate::live::secret;
use crate::live::swank::Address;
use crate::plan::service::Secret;
use crate::problem::Problem;
use crate::word::Word;

/// Where a client connects to, for programs.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Endpoint {
    service: String,
    host: String,
    port: u16,
    /// The file with the secret that the server wants, if it may want one.
    secret_file: Option<PathBuf>,
    /// The command that has to run beside the connection.
    tunnel: Option<Vec<String>>,
    /// The machine at its other end.
    machine: Option<String>,
    /// The folder of the project file.
    folder: String,
}

pub(super) fn execute(invocation: &Invocation, arguments: &ConnectArgs) -> Result<ExitCode> {
    let mut connection = arguments.connection.clone();
    if let Some(pod) = &arguments.pod {
        let name = arguments.service.name();
        deliver(&pod::way_into(invocation, name, pod, &connection)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let machine = connection.host.take();
    let running = invocation.running(arguments.service.name(), &connection)?;
    deliver(&match (machine, arguments.json) {
        (machine, true) => {
            // The files that the project file names are those of the other machine.
            let secret = match (&machine, &connection.secret_file) {
                (Some(_), None) => &Secret::Slime,
                _ => &running.expected_secret,
            };
            let secret_file = secret::file(secret, &invocation.host);
            let endpoint = Endpoint::of(&running, machine, secret_file);
            serde_json::to_string_pretty(&endpoint).context("cannot write the address as JSON")?
                + "\n"
        }
        (Some(machine), false) => through_tunnel(&running, &machine)?,
        (None, false) => in_emacs(&running.address),
    })?;
    Ok(ExitCode::SUCCESS)
}

impl Endpoint {
    fn of(running: &Running, machine: Option<String>, secret_file: Option<PathBuf>) -> Self {
        let there = running.address.clone();
        let (here, tunnel) = match &machine {
            None => (there, None),
            Some(machine) => {
                let here = near(free_port(there.port));
                let tunnel = tunnel(&there, here.port, machine);
                (here, Some(tunnel))
            }
        };
        Endpoint {
            service: running.service.name.to_string(),
            host: here.host,
            port: here.port,
            secret_file,
            tunnel,
            machine,
            folder: running.service.identity.folder.clone(),
        }
    }
}

fn in_emacs(Address { host, port }: &Address) -> String {
    format!(
        "In Emacs, with SLIME:\n\
         \x20 M-x slime-connect RET {host} RET {port} RET\n\
         or in Lisp:\n\
         \x20 (slime-connect \"{host}\" {port})\n"
    )
}

/// The server's port on this machine, through ssh: the server listens for its own machine only,
/// and what goes through ssh is encrypted.
fn through_tunnel(running: &Running, machine: &str) -> Result<String, Failure> {
    let there = &running.address;
    beside(&tunnel(there, there.port, machine), there.port)
}

/// What to type where a command brings the server to this port.
fn beside(tunnel: &[String], port: u16) -> Result<String, Failure> {
    Ok(format!(
        "In a terminal, which stays open:\n  {}\n{}",
        command(tunnel)?,
        in_emacs(&near(port))
    ))
}

fn command(words: &[String]) -> Result<String, Problem> {
    let words = words.iter().map(|word| Word::from(word.as_str()));
    Ok(Sh.spell(&Printed::Words(words.collect()))?)
}

/// The command that brings the server to a port of this machine.
fn tunnel(Address { host, port }: &Address, here: u16, machine: &str) -> Vec<String> {
    let ends = format!("{here}:{host}:{port}");
    ["ssh", "-N", "-L", &ends, machine]
        .map(str::to_owned)
        .to_vec()
}

fn near(port: u16) -> Address {
    Address {
        host: Ipv4Addr::LOCALHOST.to_string(),
        port,
    }
}

/// This port of this machine, or another one where something has it: a service at the desk often
/// has the port of the one that it becomes.
fn free_port(wanted: u16) -> u16 {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let bound = bind(wanted).or_else(|_| bind(0));
    let address = bound.and_then(|listener| listener.local_addr());
    address.map_or(wanted, |address| address.port())
}
