//! What all formats for containers agree on: where things lie in an image, what it is called, and
//! how a container is asked whether it is well.

pub(super) mod outside;

use crate::plan::Plan;
use crate::plan::placement::Placement;
use crate::plan::secrecy::is_secret;
use crate::plan::service::Service;
use crate::problem::Problem;
use crate::word::Word;

/// The folder of the project in an image.
pub(super) const FOLDER: &str = "/app";

/// The user in it, and that user's home folder.
pub(super) const USER: &str = "app";
pub(super) const HOME: &str = "/home/app";

/// The number of that user, which no user of the machine has: a check that it is not root needs
/// one.
pub(super) const USER_NUMBER: u32 = 10001;

/// Where the services of an image lie.
pub(super) fn placement() -> Placement {
    Placement {
        folder: FOLDER.to_owned(),
        home: HOME.to_owned(),
        self_contained: true,
    }
}

/// The name of the image of a service: what the project file says, or the one that no other
/// service has. Such a name has small letters, and single signs between them.
pub(super) fn image(service: &Service) -> String {
    if let Some(image) = &service.container.image {
        return image.clone();
    }
    let name = service.identity.unique_name().to_ascii_lowercase();
    let parts = name.split(|c: char| !c.is_ascii_alphanumeric());
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join("-")
}

/// The file that the image of a service is built from.
pub(super) fn file_name(plan: &Plan, service: &Service) -> String {
    if plan.several {
        format!("{}.Dockerfile", service.name)
    } else {
        "Dockerfile".to_owned()
    }
}

/// The variables that everyone may see who has the image.
pub(super) fn plain_variables(service: &Service) -> Vec<(String, Word)> {
    let all = service.env.iter();
    let plain = all.filter(|(name, _)| !is_secret(service, name));
    plain.cloned().collect()
}

/// The variables that a container is given beside those of its image and those that env files
/// have in a way that every program reads alike.
pub(super) fn given(service: &Service) -> Vec<(String, Word)> {
    let in_file = |(name, value): &&(String, Word)| {
        let written = service.env_file_variables.get(name);
        written.is_some_and(|written| written.plainly && written.value == value.resolved())
    };
    let all = service.env.iter();
    let secret = all.filter(|(name, _)| is_secret(service, name));
    secret.filter(|pair| !in_file(pair)).cloned().collect()
}

/// Refuses a service whose command line would show in the image what may be a secret.
///
/// # Errors
/// When it would.
pub(super) fn check_secrets(service: &Service) -> Result<(), Problem> {
    let Some(name) = service.secrets.first() else {
        return Ok(());
    };
    let from_file = service.env_file_variables.contains_key(name);
    let what = if from_file {
        "comes from an env file"
    } else {
        "may be a secret"
    };
    let problem = Problem::error(format!(
        "the service `{}`: `{name}` {what}, and everyone who has the image could read it there",
        service.name
    ))
    .help(format!(
        "let the program ask for it when it starts: `(uiop:getenv \"{name}\")`"
    ));
    Err(if from_file {
        problem.help(format!(
            "or give it a value that may be public: `--set {name}=VALUE`"
        ))
    } else {
        problem
    })
}

/// Asks a server for a path, as programs do that every image of Debian has. An answer below 400 is
/// a good one.
const ASK: &str = "exec 3<>/dev/tcp/$1/$2 \
     && printf 'GET %s HTTP/1.0\\r\\nHost: %s\\r\\n\\r\\n' \"$3\" \"$1\" >&3 \
     && read -r _ code _ <&3 && [ \"$code\" -lt 400 ]";

/// The command that fails in a container whose service is not well; none where nothing says how to
/// ask it.
pub(super) fn health(service: &Service) -> Option<Vec<Word>> {
    let server = service.server()?;
    let port = server.port.to_string();
    let words = [
        "bash",
        "-c",
        ASK,
        "health",
        &server.host,
        &port,
        &server.path,
    ];
    Some(words.map(Word::from).to_vec())
}

/// The ports that are reached from the machine, and from elsewhere.
pub(super) fn ports(service: &Service) -> Vec<String> {
    let http = service.http.as_ref().map(|http| http.port.number());
    let http = http.map(|port| match service.copies {
        1 => format!("{port}:{port}"),
        // Each on a port of its own, which is chosen for it.
        _ => port.to_string(),
    });
    let swank = service.swank.as_ref().filter(|swank| swank.is_reachable());
    let swank = swank.filter(|_| service.copies == 1);
    let swank = swank.map(|swank| {
        let port = swank.port.number();
        format!("127.0.0.1:{port}:{port}")
    });
    http.into_iter().chain(swank).collect()
}

/// The name of a volume for each folder that a service writes to, and the folder. Services that
/// write to one folder share the volume.
pub(super) fn volumes(service: &Service) -> Vec<(String, String)> {
    let folders = service.writable.iter().map(Word::resolved);
    folders.map(|folder| (volume(&folder), folder)).collect()
}

/// What is taken for the name of a volume.
fn volume(folder: &str) -> String {
    let below = folder.strip_prefix("/app/").unwrap_or(folder);
    let parts = below.split(|c: char| !c.is_ascii_alphanumeric());
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => "data".to_owned(),
        parts => parts.join("-"),
    }
}
