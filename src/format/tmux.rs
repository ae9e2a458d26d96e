//! `lisplaunch emit tmux`: a script that starts services as `lisplaunch tmux start` does.

use super::sh::has_signs;
use super::{Emission, File, Format, Layout, Owner, unsaid};
use crate::dialect::sh::Sh;
use crate::plan::network::Network;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, TemplateValue};
use crate::tmux::session::Session;
use crate::tmux::starting::Start;
use crate::word::Word;

pub(super) const FORMAT: Format = Format {
    name: "tmux",
    summary: "a script that starts each service in a tmux session of its own",
    layout: Layout::One,
    as_user: false,
    indirect: true,
    personal: false,
    network: Network::OfMachine,
    placement: None,
    replicas: Replicas::Numbered,
    templates: &[SESSIONS],
    files,
};

const SESSIONS: Template = Template {
    name: "tmux/sessions",
    text: include_str!("../../templates/tmux/sessions"),
    dialect: &Sh,
};

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    let services = &emission.plan.services;
    let sessions = services
        .iter()
        .map(|service| Started::new(emission, service))
        .collect::<Result<Vec<_>, _>>()?;
    let context = vec![
        ("signs", has_signs(sessions.iter().flat_map(Started::words))),
        (
            "services",
            TemplateValue::list(sessions.iter().map(Started::context)),
        ),
    ];
    let text = emission.render(&SESSIONS, context)?;
    let name = match services.as_slice() {
        [service] => service.identity.unique_name(),
        _ => emission.plan.project.to_string(),
    };
    Ok(vec![
        File::new(format!("{name}-tmux.sh"), text)
            .executable()
            .private(emission.private()),
    ])
}

/// A service in its session.
struct Started<'a> {
    service: &'a Service,
    session: Session,
    lines: Vec<Vec<Word>>,
}

impl<'a> Started<'a> {
    fn new(emission: &Emission<'_>, service: &'a Service) -> Result<Self, Problem> {
        let Some(session) = Session::of(service) else {
            return Err(Problem::error(
                "a tmux session is that of a project file, not of standard input",
            )
            .help("name the file with `-f FILE`"));
        };
        let argv = emission.command(service)?;
        let environment = emission.environment(service);
        let start = Start::new(&session, service, environment, &argv).map_err(|refusal| {
            let owner = Owner::of(service).0;
            Problem::error(format!("{owner}: {refusal}")).help(refusal.help)
        })?;
        Ok(Started {
            service,
            session,
            lines: start.service,
        })
    }

    fn words(&self) -> impl Iterator<Item = &Word> {
        let words = self.lines.iter().flatten();
        words.chain([&self.service.directory])
    }

    fn context(&self) -> TemplateValue {
        let owner = Owner::of(self.service);
        let lines = self.lines.iter().map(|line| owner.words(line));
        TemplateValue::map([
            (
                "description",
                owner.comment(self.service.description.as_ref()),
            ),
            (
                "unsaid",
                unsaid::comments(&owner, unsaid::by_script(self.service)),
            ),
            ("session", owner.words([&self.session.name().into()])),
            ("owner", owner.words([&self.session.owner().into()])),
            ("directory", owner.words([&self.service.directory])),
            ("lines", TemplateValue::list(lines)),
        ])
    }
}
