//! Replicas that share a socket: supervisord hands one to the processes that it starts by one
//! stanza, in which they differ by a number and by nothing else.

use super::stanza::{Processes, ProgramStanza};
use crate::dialect::supervisord;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::word::Word;

/// The stanzas, with one in the place of those of all replicas that share a socket. To a process
/// that is alone none is handed: supervisord would close it whenever that ends.
pub(super) fn shared(stanzas: Vec<ProgramStanza<'_>>) -> Result<Vec<ProgramStanza<'_>>, Problem> {
    let mut groups: Vec<Vec<ProgramStanza<'_>>> = Vec::new();
    for stanza in stanzas {
        match groups.last_mut() {
            Some(group) if share(group[0].service, stanza.service) => group.push(stanza),
            _ => groups.push(vec![stanza]),
        }
    }
    let beside = groups.len() > 1;
    let joined = groups.into_iter().map(|mut group| match group.len() {
        1 => Ok(group.swap_remove(0)),
        _ => joined(group, beside),
    });
    joined.collect()
}

/// Whether two replicas share a socket.
fn share(one: &Service, other: &Service) -> bool {
    let group = |service: &Service| Some(service.replica.as_ref()?.of.clone());
    one.shared_socket().is_some() && group(one) == group(other)
}

/// One stanza for all; others may be `beside` it.
fn joined(mut group: Vec<ProgramStanza<'_>>, beside: bool) -> Result<ProgramStanza<'_>, Problem> {
    let alike = group.windows(2).all(|pair| pair[0].is_like(&pair[1]));
    let rows: Vec<Vec<Word>> = group
        .iter_mut()
        .map(|stanza| stanza.words_mut().map(|word| word.clone()).collect())
        .collect();
    let mut stanza = group.swap_remove(0);
    let service = stanza.service;
    let first = service.replica.as_ref().map_or(1, |replica| replica.number);
    let mut columns = stanza.words_mut().enumerate();
    let differ_by_number = alike
        && columns.all(|(column, word)| {
            let texts: Vec<String> = rows.iter().map(|row| row[column].resolved()).collect();
            supervisord::numbered(&texts, first).is_some_and(|numbered| {
                *word = numbered;
                true
            })
        });
    drop(columns);
    if !differ_by_number {
        return Err(differ(service));
    }
    stanza.processes = processes(service, first, rows.len(), beside);
    Ok(stanza)
}

fn processes(service: &Service, first: u32, count: usize, beside: bool) -> Option<Processes> {
    let (socket, http) = (service.shared_socket()?, service.http.as_ref()?);
    let project = &service.identity.project;
    // The group of the programs beside it has the name of the project.
    let group = match &service.replica {
        Some(replica) if beside => format!("{project}-{}", replica.of),
        _ => service.group_name(),
    };
    Some(Processes {
        group,
        address: socket.address,
        port: http.port.number(),
        count,
        first,
    })
}

fn differ(service: &Service) -> Problem {
    let problem = Problem::error(format!(
        "`http.socket`: the replicas of `{}` differ by more than their number, and supervisord hands a socket only to processes with one stanza",
        service.group_name()
    ));
    let problem = match service.socket() {
        Some(socket) => problem.at(socket.location.clone()),
        None => problem,
    };
    problem.help("let them differ by `${REPLICA}` alone, and write the stanza of all of them")
}
