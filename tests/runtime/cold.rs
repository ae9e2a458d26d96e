//! Services that start together while nothing is compiled yet.

use std::fs;
use std::process::Stdio;

use super::{installed, sbcl};

/// Enough files for the processes to meet.
const FILES: usize = 40;

#[test]
fn they_share_the_compiled_files_of_a_project() {
    let folder = installed();
    let file = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let mut components = String::new();
    for number in 0..FILES {
        components += &format!("(:file \"f{number}\")");
        let text = format!("(defun cl-user::f{number} (x) (list x {number}))\n");
        file(&format!("f{number}.lisp"), &text);
    }
    let system = format!("(defsystem \"shop\" :serial t :components ({components}))");
    file("shop.asd", &system);
    for _ in 0..2 {
        let _ = fs::remove_dir_all(folder.path().join(".cache/common-lisp"));
        let start = || {
            sbcl(folder.path())
                .args(["--eval", "(require :asdf)"])
                .args(["--eval", "(lisplaunch:boot \"shop\" :registry '(\"./\"))"])
                .args(["--eval", "(asdf:load-system :shop)"])
                .args(["--eval", "(sb-ext:exit :code 0 :abort t)"])
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        };
        let processes = [(); 4].map(|()| start());
        for process in processes {
            let output = process.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{said}");
        }
    }
}
