//! What several commands have in common: the project, the services of it, what is printed.

use std::path::PathBuf;

use clap::{ArgAction, Args, ColorChoice, ValueEnum};

use crate::terminal::colours::Colours;

/// Which project, profile and variables.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Project")]
pub struct Selection {
    /// The project file; `-` is standard input [default: lisplaunch.yaml here or above]
    #[arg(
        short,
        long = "project",
        global = true,
        value_name = "FILE",
        env = "LISPLAUNCH_FILE",
        hide_env_values = true
    )]
    pub file: Option<PathBuf>,
    /// Look for the project file in this folder and above it
    #[arg(short = 'C', long, global = true, value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Apply a profile of the file; may be repeated
    #[arg(
        short,
        long = "profile",
        global = true,
        value_name = "NAME",
        env = "LISPLAUNCH_PROFILE",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub profiles: Vec<String>,
    /// Set a variable of the file; may be repeated
    #[arg(long, global = true, value_name = "NAME=VALUE", value_parser = parse_setting)]
    pub set: Vec<(String, String)>,
    /// Trust files of this user too, not only your own and root's; may be repeated
    #[arg(
        long,
        global = true,
        value_name = "USER",
        env = "LISPLAUNCH_TRUST",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub trust: Vec<String>,
}

/// What is printed besides what is asked for.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct Printing {
    /// Print errors, and nothing else that is not asked for: no progress, no warnings
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// When to use colours; `auto` is on a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value_t = Colour::Auto,
        hide_possible_values = true,
        value_parser = clap::builder::EnumValueParser::<Colour>::new()
    )]
    pub color: Colour,
    /// Print help: -h a summary, --help all of it
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
}

/// When colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Colour {
    /// What the arguments ask for; what is wrong with them is reported later.
    pub(super) fn asked_for<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Self {
        let mut arguments = arguments.into_iter().take_while(|word| *word != "--");
        let mut found = Colour::Auto;
        while let Some(word) = arguments.next() {
            let value = match word {
                "--color" => arguments.next(),
                _ => word.strip_prefix("--color="),
            };
            let value = value.and_then(|value| Colour::from_str(value, false).ok());
            found = value.unwrap_or(found);
        }
        found
    }

    /// As everything but clap takes it.
    pub(super) fn colours(self) -> Colours {
        match self {
            Colour::Auto => Colours::Auto,
            Colour::Always => Colours::Always,
            Colour::Never => Colours::Never,
        }
    }

    /// As clap takes it.
    pub(super) fn choice(self) -> ColorChoice {
        match self {
            Colour::Auto => ColorChoice::Auto,
            Colour::Always => ColorChoice::Always,
            Colour::Never => ColorChoice::Never,
        }
    }
}

/// The service that a command is for.
#[derive(Args, Clone, Debug, Default)]
pub struct OneService {
    /// The service, where the file has several
    #[arg(value_name = "SERVICE", conflicts_with = "service option")]
    service: Option<String>,
    #[command(flatten)]
    option: ServiceOption,
}

/// The same as an option, beside other words.
#[derive(Args, Clone, Debug, Default)]
pub struct ServiceOption {
    /// The service, as an option
    #[arg(
        id = "service option",
        short = 's',
        long = "service",
        value_name = "SERVICE"
    )]
    pub service: Option<String>,
}

/// The services that a command is for.
#[derive(Args, Clone, Debug, Default)]
pub struct Services {
    /// The services, all of them if none is named
    #[arg(value_name = "SERVICES")]
    services: Vec<String>,
    /// A service, as an option; may be repeated
    #[arg(
        id = "service option",
        short = 's',
        long = "service",
        value_name = "SERVICE"
    )]
    options: Vec<String>,
}

impl OneService {
    /// The one of this name.
    pub fn named(name: Option<String>) -> Self {
        OneService {
            service: name,
            ..OneService::default()
        }
    }

    /// Its name, if that is given.
    pub fn name(&self) -> Option<&String> {
        self.service.as_ref().or(self.option.service.as_ref())
    }
}

impl Services {
    /// Their names, none if all are meant.
    pub fn names(&self) -> Vec<String> {
        [&self.services[..], &self.options].concat()
    }
}

fn parse_setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if crate::project::reference::is_variable_name(name) => {
            Ok((name.to_owned(), value.to_owned()))
        }
        Some((name, _)) => Err(format!("`{name}` is not a valid variable name")),
        None => Err("expected NAME=VALUE".to_owned()),
    }
}

/// An absolute folder.
pub(super) fn parse_absolute(text: &str) -> Result<String, String> {
    if text.starts_with('/') {
        Ok(text.to_owned())
    } else {
        Err("expected an absolute path".to_owned())
    }
}
