//! The script of each service, as every shell reads it.

use std::fs;

use super::{BY_SHELLS, assert_refused, for_projects, indices, name};
use crate::consumer::SHELLS;

#[test]
pub fn shells_start_what_run_starts() {
    for_projects(6, 25, |project| {
        for index in indices(project) {
            let service = name(project, index);
            let expected = project.expected(index, &project.settings);
            if expected.env_takes_the_program() {
                assert_refused(project, "sh", &[service]);
                continue;
            }
            let text = project.printed(&project.settings, &["emit", "sh", service]);
            let script = project.root().join("out/start.sh");
            fs::write(&script, text).unwrap();
            for shell in SHELLS {
                let output = project
                    .command(shell, &project.settings)
                    .arg(&script)
                    .output()
                    .unwrap();
                assert_eq!(project.success(shell, output).stdout, b"started\n");
                project.assert_started(index, &project.settings, shell, BY_SHELLS);
            }
        }
    });
}
