//! Whether an init file of SBCL does something to a service: another user has another, or none.

use std::path::PathBuf;

use super::finding::Finding;
use super::scene::Scene;
use crate::host;
use crate::lisp::Part;
use crate::lisp::reader::read_forms;
use crate::plan::service::Service;

/// The name of the file in a home folder.
const NAME: &str = ".sbclrc";

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for service in scene.services {
        let finding = judge(service);
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    findings
}

fn judge(service: &Service) -> Finding {
    let name = &service.name;
    let Some(file) = init_file(service) else {
        return Finding::ok("no init file is read".to_owned());
    };
    let shown = file.display();
    let text = match host::read_text(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Finding::ok(format!("there is no `{shown}`"));
        }
        Err(error) => return Finding::unknown(format!("what `{shown}` does: {error}")),
    };
    let forms = match read_forms(&[Part::written(&text)]) {
        Ok(forms) => forms,
        Err(fault) => {
            return Finding::error(format!(
                "`{shown}`, which `{name}` loads when it starts, cannot be read: {}",
                fault.message
            ))
            .cure("correct it, or leave it out with `sbcl: {userinit: false}`");
        }
    };
    let others = forms.iter().filter(|form| !is_quicklisps(&form.text()));
    match (forms.len(), others.count()) {
        (0, _) => Finding::ok(format!("`{shown}` holds no form")),
        (_, 0) => Finding::ok(format!("`{shown}` loads Quicklisp and does nothing else")),
        (count, _) => Finding::warning(format!(
            "`{shown}` holds {count} form{}, which `{name}` evaluates when this user starts it; another user has another file",
            if count == 1 { "" } else { "s" }
        ))
        .cure("`sbcl: {userinit: false}` leaves it out; what the service needs of it goes below `before-load`"),
    }
}

/// The file that `service` reads, if it reads one.
fn init_file(service: &Service) -> Option<PathBuf> {
    for option in &service.sbcl.toplevel_options {
        let words: Vec<String> = option.iter().map(crate::word::Word::resolved).collect();
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["--no-userinit"] => return None,
            ["--userinit", file] => return Some(file.into()),
            _ => {}
        }
    }
    let own = service.env.iter().find(|(name, _)| name == "HOME");
    let home = match own {
        Some((_, home)) => home.resolved(),
        None => service.home.clone()?,
    };
    Some(PathBuf::from(home).join(NAME))
}

/// Whether it is what `(ql:add-to-init-file)` writes.
fn is_quicklisps(form: &str) -> bool {
    form.contains("quicklisp/setup.lisp") && form.len() < 300
}
