//! Whether supervisord starts this project through `make`, which stays between them: killed, it
//! leaves SBCL behind with its ports.

use std::path::Path;

use super::finding::Finding;
use super::scene::Scene;
use crate::service_manager::{Supervised, supervised};

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let Some(folder) = scene.folder else {
        return Vec::new();
    };
    let found = match supervised(scene.supervisor) {
        Ok(Some(found)) => found,
        Ok(None) => return Vec::new(),
        Err(problem) => {
            return vec![Finding::unknown(format!(
                "whether supervisord starts this project through `make`: {}",
                problem.message()
            ))];
        }
    };
    let named: Vec<&Supervised> = found
        .iter()
        .filter(|program| is_make(&program.command) && names(program, folder))
        .collect();
    if named.is_empty() {
        return vec![Finding::ok(
            "no program of supervisord starts this project through `make`",
        )];
    }
    named.into_iter().map(judge).collect()
}

fn judge(program: &Supervised) -> Finding {
    let (name, file) = (&program.name, program.file.display());
    let instead = "`lisplaunch emit supervisor` writes a program that is sbcl itself";
    if program.as_group {
        return Finding::warning(format!(
            "`{name}` in `{file}` starts this project through `make`, which stays beside it"
        ))
        .cure(instead);
    }
    Finding::error(format!(
        "`{name}` in `{file}` starts this project through `make`: killed, it leaves sbcl behind with its ports"
    ))
    .cure("`stopasgroup=true` and `killasgroup=true` there")
    .cure(instead)
}

/// Whether the program of the command, behind `env` and variables, is make.
fn is_make(command: &str) -> bool {
    let mut words = command.split_whitespace();
    let program = words.find(|word| !word.contains('=') && !word.ends_with("env"));
    program.is_some_and(|program| {
        let name = program.rsplit('/').next().unwrap_or(program);
        ["make", "gmake", "bmake"].contains(&name)
    })
}

/// Whether it is started in the folder of the project, or names it.
fn names(program: &Supervised, folder: &Path) -> bool {
    let same = |path: &str| {
        let both = (Path::new(path).canonicalize(), folder.canonicalize());
        matches!(both, (Ok(one), Ok(other)) if one.starts_with(&other))
    };
    let words = program.command.split_whitespace();
    let mut paths = words.map(|word| word.trim_start_matches("-C").trim_matches(['"', '\'']));
    program.directory.as_deref().is_some_and(same)
        || paths.any(|path| path.starts_with('/') && same(path))
}
