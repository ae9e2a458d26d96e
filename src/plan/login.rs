//! What a login gives a process of its user, for managers that change the user and nothing else.

use super::service::Service;
use crate::problem::Problem;
use crate::word::Word;

/// A language whose characters are UTF-8.
pub fn language() -> (String, Word) {
    ("LANG".to_owned(), "C.UTF-8".into())
}

/// The variables that name the user of `service`, and a language; nothing where the manager's own user runs it.
///
/// # Errors
/// When the home folder of the user is not known.
pub fn variables(service: &Service) -> Result<Vec<(String, Word)>, Problem> {
    let Some(user) = &service.user else {
        return Ok(Vec::new());
    };
    let own_home = service.env.iter().find(|(name, _)| name == "HOME");
    let home = match (own_home, &service.home) {
        (Some((_, home)), _) => home.clone(),
        (None, Some(home)) => home.as_str().into(),
        (None, None) => {
            return Err(Problem::error(format!(
                "the service `{}`: the home folder of the user `{user}` is not known on this machine",
                service.name
            ))
            .help("write the file on the machine that it is for, or add `HOME` to `env:`"));
        }
    };
    Ok(vec![
        ("HOME".to_owned(), home),
        ("USER".to_owned(), user.as_str().into()),
        language(),
    ])
}
