//! lisplaunch's own code in a Lisp image: its files and their texts.

/// A file of the runtime.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Its path below `.lisplaunch`.
    pub path: &'static str,
    /// The texts that it is joined from.
    parts: &'static [&'static str],
}

impl File {
    /// All of it.
    pub fn text(&self) -> String {
        self.parts.concat()
    }
}

/// What a Lisp image loads; the first is the one that the command line names.
pub const FILES: [File; 4] = [
    File {
        path: "runtime.lisp",
        parts: &[
            include_str!("../templates/sbcl/runtime/package.lisp"),
            include_str!("../templates/sbcl/runtime/load.lisp"),
        ],
    },
    File {
        path: "runtime/core.lisp",
        parts: &[
            include_str!("../templates/sbcl/runtime/core/log.lisp"),
            include_str!("../templates/sbcl/runtime/core/internals.lisp"),
            include_str!("../templates/sbcl/runtime/core/process.lisp"),
            include_str!("../templates/sbcl/runtime/core/manager.lisp"),
            include_str!("../templates/sbcl/runtime/core/image.lisp"),
            include_str!("../templates/sbcl/runtime/core/state-file.lisp"),
            include_str!("../templates/sbcl/runtime/core/threads.lisp"),
            include_str!("../templates/sbcl/runtime/core/frames.lisp"),
            include_str!("../templates/sbcl/runtime/core/exit.lisp"),
            include_str!("../templates/sbcl/runtime/core/hints.lisp"),
            include_str!("../templates/sbcl/runtime/core/last-words.lisp"),
            include_str!("../templates/sbcl/runtime/core/signals.lisp"),
            include_str!("../templates/sbcl/runtime/core/boot.lisp"),
        ],
    },
    File {
        path: "runtime/swank.lisp",
        parts: &[
            include_str!("../templates/sbcl/runtime/swank/secret.lisp"),
            include_str!("../templates/sbcl/runtime/swank/guard.lisp"),
            include_str!("../templates/sbcl/runtime/swank/evaluate.lisp"),
            include_str!("../templates/sbcl/runtime/swank/status.lisp"),
        ],
    },
    // As `target` and `.venv` do it: the folder can be made anew.
    File {
        path: ".gitignore",
        parts: &["*\n"],
    },
];

/// Everything that an image without the runtime needs to answer a client.
pub fn definitions() -> String {
    let parts = FILES
        .iter()
        .filter(|file| file.path.starts_with("runtime/"));
    let parts = parts.map(File::text).collect::<String>();
    include_str!("../templates/sbcl/runtime/package.lisp").to_owned() + &parts
}
