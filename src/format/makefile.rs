//! `lisplaunch emit makefile`: a Makefile for GNU make and BSD make.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use super::anchor::{self, Anchor};
use super::{Emission, File, Format, Layout, Owner, unsaid};
use crate::dialect::Printed;
use crate::dialect::make::{self, Make};
use crate::plan::Plan;
use crate::plan::network::Network;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::project::replicas::Replicas;
use crate::render::{Template, TemplateValue};
use crate::word::{Argv, Piece, Variable, Word};

pub(super) const FORMAT: Format = Format {
    name: "makefile",
    summary: "a Makefile with a target `start`, for GNU make and BSD make",
    layout: Layout::One,
    as_user: false,
    indirect: false,
    personal: false,
    network: Network::OfMachine,
    placement: None,
    replicas: Replicas::Numbered,
    templates: &[MAKEFILE],
    files,
};

const MAKEFILE: Template = Template {
    name: "makefile/Makefile",
    text: include_str!("../../templates/makefile/Makefile"),
    dialect: &Make,
};

/// The target that starts everything.
const START: &str = "start";

/// The names by which make finds its file. A target of such a name is how to make that file again,
/// which GNU make does before everything else.
const MAKEFILES: [&str; 4] = ["GNUmakefile", "BSDmakefile", "makefile", "Makefile"];

/// The variable of the shell that holds the folder of the Makefile.
const HERE: &str = "here";

fn files(emission: &Emission<'_>) -> Result<Vec<File>, Problem> {
    // Beside the project file a Makefile is a part of the project, and goes wherever that goes.
    let here = emission.plan.services.first();
    let here = here.filter(|_| emission.origin.beside);
    let here = here.and_then(|service| Anchor::new(HERE, &service.identity.folder));
    let origin = match here {
        Some(_) => &emission.origin.seen_from_beside(),
        None => emission.origin,
    };
    let emission = &Emission {
        origin,
        ..*emission
    };
    let services = emission.plan.services.iter();
    let recipes = services
        .map(|service| Recipe::new(service, &emission.command(service)?, here.as_ref()))
        .collect::<Result<Vec<_>, _>>()?;
    let several = emission.plan.several;
    let targets = recipes
        .iter()
        .map(|recipe| recipe.context(several))
        .collect::<Result<Vec<_>, _>>()?;
    let context = vec![
        ("variables", variables(&recipes)?),
        ("here", TemplateValue::flag(here.is_some())),
        (
            "runtime",
            TemplateValue::flag(here.is_some() && runs(emission.plan)),
        ),
        ("several", TemplateValue::flag(several)),
        (
            "count",
            TemplateValue::printed(Printed::Bare(recipes.len().to_string()), "make"),
        ),
        ("services", TemplateValue::list(targets)),
    ];
    let text = emission.render(&MAKEFILE, context)?;
    Ok(vec![
        File::new("Makefile", text).private(emission.private()),
    ])
}

/// Whether a service loads what lies beside the project file.
fn runs(plan: &Plan) -> bool {
    let mut services = plan.services.iter();
    services.any(|service| service.runtime.is_some())
}

/// What one target does.
struct Recipe<'a> {
    service: &'a Service,
    owner: Owner,
    /// The variables that make is to be asked for, as often as they are used.
    kept: Vec<Variable>,
    variables: Vec<(String, Word)>,
    /// Where it starts; none where that is the folder of the Makefile.
    directory: Option<Word>,
    command: Argv,
}

impl<'a> Recipe<'a> {
    fn new(
        service: &'a Service,
        command: &Argv,
        here: Option<&Anchor<'a>>,
    ) -> Result<Self, Problem> {
        let owner = Owner::of(service);
        let variables = owner.variables_before(&service.env, command)?;
        let values = variables.iter().map(|(_, value)| value);
        let words = iter::once(&service.directory).chain(values);
        let kept = words.chain(command.words()).flat_map(Word::variables);
        let home = here.and(service.home.as_deref());
        let home = home.and_then(|home| Anchor::new("HOME", home));
        let anchors: Vec<&Anchor<'_>> = here.into_iter().chain(&home).collect();
        let anchored = |word: &Word| anchor::word(word, &anchors);
        let elsewhere = here.is_none_or(|here| !here.is(&service.directory));
        Ok(Recipe {
            service,
            kept: kept.cloned().collect(),
            variables: variables
                .iter()
                .map(|(name, value)| (name.clone(), anchored(value)))
                .collect(),
            directory: elsewhere.then(|| anchored(&service.directory)),
            command: anchor::command(command, &anchors),
            owner,
        })
    }

    /// Every word of the recipe.
    fn words(&self) -> impl Iterator<Item = &Word> {
        let values = self.variables.iter().map(|(_, value)| value);
        let words = self.directory.iter().chain(values);
        words.chain(self.command.words())
    }

    fn kept_once(&self) -> impl Iterator<Item = &Variable> {
        let mut names = BTreeSet::new();
        let kept = self.kept.iter();
        kept.filter(move |variable| names.insert(&variable.name))
    }

    fn context(&self, several: bool) -> Result<TemplateValue, Problem> {
        let name = self.service.name.as_str();
        if several && name == START {
            return Err(Problem::error(
                "a service called `start` cannot have a target: `start` starts all services",
            )
            .help("give the service another name"));
        }
        if several && MAKEFILES.contains(&name) {
            return Err(Problem::error(format!(
                "a service called `{name}` cannot have a target: make would start it before any other"
            ))
            .help("give the service another name"));
        }
        let target = if several { name } else { START };
        let owner = &self.owner;
        Ok(TemplateValue::map([
            ("target", owner.bare(target)),
            (
                "description",
                owner.comment(self.service.description.as_ref()),
            ),
            (
                "runtime",
                TemplateValue::flag(self.service.runtime.is_some()),
            ),
            (
                "unsaid",
                unsaid::comments(owner, unsaid::by_script(self.service)),
            ),
            ("umask", owner.optional(self.service.umask)),
            ("open_files", owner.optional(self.service.limits.open_files)),
            ("prelude", owner.own(make::prelude, self.words())),
            (
                "variables",
                TemplateValue::list(self.kept_once().map(|kept| owner.bare(&kept.name))),
            ),
            (
                "directory",
                TemplateValue::option(self.directory.as_ref().map(|word| owner.words([word]))),
            ),
            (
                "environment",
                TemplateValue::list(
                    self.variables
                        .iter()
                        .map(|variable| owner.print(Printed::Environment(vec![variable.clone()]))),
                ),
            ),
            ("command", owner.lines(&self.command)),
        ]))
    }
}

/// A variable with its default.
fn variable(kept: &Variable) -> TemplateValue {
    let owner = Owner("make".to_owned());
    TemplateValue::map([
        ("name", owner.bare(&kept.name)),
        (
            "default",
            owner.own(
                make::default,
                [&Word::from_iter([Piece::Variable(kept.clone())])],
            ),
        ),
    ])
}

/// The variables that stay ones, each with the one value that it has in all services.
fn variables(recipes: &[Recipe<'_>]) -> Result<TemplateValue, Problem> {
    let mut found = Vec::new();
    let mut values: BTreeMap<&str, &str> = BTreeMap::new();
    for kept in recipes.iter().flat_map(|recipe| &recipe.kept) {
        let (name, value) = (kept.name.as_str(), kept.value.as_str());
        if make::reserved(name) {
            return Err(Problem::error(format!(
                "a Makefile cannot have a variable `{name}`: it means something there"
            ))
            .help("give the variable another name"));
        }
        match values.insert(name, value) {
            None => found.push(variable(kept)),
            Some(other) if other == value => {}
            Some(other) => {
                return Err(Problem::error(format!(
                    "a Makefile cannot have two defaults for `{name}`: here it is {other}, there {value}"
                ))
                .help("use two names, emit one service at a time, or set it with `--set`"));
            }
        }
    }
    Ok(TemplateValue::list(found))
}
