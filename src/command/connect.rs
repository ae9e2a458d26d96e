//! `lisplaunch connect`: what to type in Emacs.

use std::process::ExitCode;

use anyhow::Result;

use super::{Failure, Session, deliver};
use crate::cli::live::Connect;
use crate::dialect::{Dialect, Printed, sh::Sh};
use crate::live::finding::Running;
use crate::live::swank::Address;
use crate::problem::Problem;
use crate::word::Word;

pub(super) fn execute(session: &Session, arguments: &Connect) -> Result<ExitCode> {
    let mut connection = arguments.connection.clone();
    let machine = connection.host.take();
    let running = session.running(arguments.service.name(), &connection)?;
    deliver(&match machine {
        Some(machine) => through_tunnel(&running, &machine)?,
        None => in_emacs(&running.address),
    })?;
    Ok(ExitCode::SUCCESS)
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
    let Address { host, port } = &running.address;
    let tunnel = format!("{port}:{host}:{port}");
    let words = ["ssh", "-N", "-L", &tunnel, machine].map(Word::from);
    let command = Sh
        .spell(&Printed::Words(words.to_vec()))
        .map_err(Problem::from)?;
    let near = Address {
        host: "127.0.0.1".to_owned(),
        port: *port,
    };
    Ok(format!(
        "In a terminal, which stays open:\n  {command}\n{}",
        in_emacs(&near)
    ))
}
