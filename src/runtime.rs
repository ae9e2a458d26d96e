//! lisplaunch's own code in a Lisp image: its files and their texts.

/// The folder of the runtime, below that of the project file.
pub const FOLDER: &str = ".lisplaunch";

/// The file in it that a command line names.
pub const ENTRY: &str = "runtime.lisp";

/// The folder beside that for what it loads.
pub const PARTS: &str = "runtime";

/// A file of the runtime.
#[derive(Clone, Copy, Debug)]
pub struct RuntimeFile {
    /// Its path below [`FOLDER`].
    pub path: &'static str,
    /// The texts that it is joined from.
    parts: &'static [&'static str],
}

impl RuntimeFile {
    /// All of it.
    pub fn text(&self) -> String {
        self.parts.concat() + self.stamp()
    }

    /// How many bytes it has.
    pub fn length(&self) -> usize {
        let parts: usize = self.parts.iter().map(|text| text.len()).sum();
        parts + self.stamp().len()
    }

    /// Whether this is all of it.
    pub fn is(&self, bytes: &[u8]) -> bool {
        let mut rest = Some(bytes);
        for text in self.parts.iter().chain([&self.stamp()]) {
            rest = rest.and_then(|rest| rest.strip_prefix(text.as_bytes()));
        }
        rest.is_some_and(<[u8]>::is_empty)
    }

    /// What the entry ends with: a comment that differs wherever another file does.
    fn stamp(&self) -> &'static str {
        if self.path == ENTRY { STAMP } else { "" }
    }

    /// Its name in [`PARTS`], if it is one of those.
    pub fn part(&self) -> Option<&'static str> {
        self.path.strip_prefix(PARTS)?.strip_prefix('/')
    }
}

/// What keeps git from the folder, as `target` and `.venv` do it: all in it can be made again.
pub const IGNORED: RuntimeFile = RuntimeFile {
    path: ".gitignore",
    parts: &["*\n"],
};

/// What images with ASDF need.
const SYSTEMS: RuntimeFile = RuntimeFile {
    path: "runtime/asdf.lisp",
    parts: &[
        include_str!("../templates/sbcl/runtime/asdf/internals.lisp"),
        include_str!("../templates/sbcl/runtime/asdf/times.lisp"),
        include_str!("../templates/sbcl/runtime/asdf/records.lisp"),
        include_str!("../templates/sbcl/runtime/asdf/actions.lisp"),
        include_str!("../templates/sbcl/runtime/asdf/quiet.lisp"),
        include_str!("../templates/sbcl/runtime/asdf/files.lisp"),
        include_str!("../templates/sbcl/runtime/asdf/libraries.lisp"),
    ],
};

/// All of them, the last of them the record of the texts that the others were compiled from.
pub const FILES: [RuntimeFile; 8] = [
    RuntimeFile {
        path: "runtime/core.lisp",
        parts: &[
            include_str!("../templates/sbcl/runtime/core/log.lisp"),
            include_str!("../templates/sbcl/runtime/core/internals.lisp"),
            include_str!("../templates/sbcl/runtime/core/sources.lisp"),
            include_str!("../templates/sbcl/runtime/core/process.lisp"),
            include_str!("../templates/sbcl/runtime/core/manager.lisp"),
            include_str!("../templates/sbcl/runtime/core/handed.lisp"),
            include_str!("../templates/sbcl/runtime/core/image.lisp"),
            include_str!("../templates/sbcl/runtime/core/state-file.lisp"),
            include_str!("../templates/sbcl/runtime/core/notify.lisp"),
            include_str!("../templates/sbcl/runtime/core/frames.lisp"),
            include_str!("../templates/sbcl/runtime/core/exit.lisp"),
            include_str!("../templates/sbcl/runtime/core/threads.lisp"),
            include_str!("../templates/sbcl/runtime/core/hints.lisp"),
            include_str!("../templates/sbcl/runtime/core/last-words.lisp"),
            include_str!("../templates/sbcl/runtime/core/signals.lisp"),
            include_str!("../templates/sbcl/runtime/core/compile.lisp"),
            include_str!("../templates/sbcl/runtime/core/ready.lisp"),
            include_str!("../templates/sbcl/runtime/core/reload.lisp"),
            include_str!("../templates/sbcl/runtime/core/boot.lisp"),
        ],
    },
    SYSTEMS,
    RuntimeFile {
        path: "runtime/swank.lisp",
        parts: &[
            include_str!("../templates/sbcl/runtime/swank/internals.lisp"),
            include_str!("../templates/sbcl/runtime/swank/log.lisp"),
            include_str!("../templates/sbcl/runtime/swank/secret.lisp"),
            include_str!("../templates/sbcl/runtime/swank/newcomers.lisp"),
            include_str!("../templates/sbcl/runtime/swank/waiting.lisp"),
            include_str!("../templates/sbcl/runtime/swank/interrupts.lisp"),
            include_str!("../templates/sbcl/runtime/swank/guard.lisp"),
            include_str!("../templates/sbcl/runtime/swank/serve.lisp"),
            include_str!("../templates/sbcl/runtime/swank/evaluate.lisp"),
            include_str!("../templates/sbcl/runtime/swank/streams.lisp"),
            include_str!("../templates/sbcl/runtime/swank/debugger.lisp"),
            include_str!("../templates/sbcl/runtime/swank/status.lisp"),
            include_str!("../templates/sbcl/runtime/swank/folder.lisp"),
        ],
    },
    RuntimeFile {
        path: "runtime/sockets.lisp",
        parts: &[
            include_str!("../templates/sbcl/runtime/sockets/notify.lisp"),
            include_str!("../templates/sbcl/runtime/sockets/watchdog.lisp"),
            include_str!("../templates/sbcl/runtime/sockets/http.lisp"),
            include_str!("../templates/sbcl/runtime/sockets/handed.lisp"),
        ],
    },
    RuntimeFile {
        path: "runtime/hunchentoot.lisp",
        parts: &[
            include_str!("../templates/sbcl/runtime/hunchentoot/internals.lisp"),
            include_str!("../templates/sbcl/runtime/hunchentoot/answers.lisp"),
            include_str!("../templates/sbcl/runtime/hunchentoot/accept.lisp"),
        ],
    },
    RuntimeFile {
        path: "runtime/saving.lisp",
        parts: &[
            include_str!("../templates/sbcl/runtime/saving/internals.lisp"),
            include_str!("../templates/sbcl/runtime/saving/fingerprint.lisp"),
            include_str!("../templates/sbcl/runtime/saving/inputs.lisp"),
            include_str!("../templates/sbcl/runtime/saving/origins.lisp"),
            include_str!("../templates/sbcl/runtime/saving/random.lisp"),
            include_str!("../templates/sbcl/runtime/saving/libraries.lisp"),
            include_str!("../templates/sbcl/runtime/saving/restore.lisp"),
            include_str!("../templates/sbcl/runtime/saving/obstacles.lisp"),
            include_str!("../templates/sbcl/runtime/saving/begin.lisp"),
            include_str!("../templates/sbcl/runtime/saving/save.lisp"),
            include_str!("../templates/sbcl/runtime/saving/resume.lisp"),
            include_str!("../templates/sbcl/runtime/saving/program.lisp"),
        ],
    },
    IGNORED,
    RuntimeFile {
        path: ENTRY,
        parts: &[
            include_str!("../templates/sbcl/runtime/package.lisp"),
            include_str!("../templates/sbcl/runtime/interpret.lisp"),
            include_str!("../templates/sbcl/runtime/user.lisp"),
            include_str!("../templates/sbcl/runtime/load.lisp"),
        ],
    },
];

const STAMP: &str = match str::from_utf8(&STAMP_BYTES) {
    Ok(stamp) => stamp,
    Err(_) => panic!("digits are ASCII"),
};

const STAMP_BYTES: [u8; 22] = {
    let mut stamp = *b";;;; ................\n";
    let mut rest = hash(&FILES);
    let mut at = 5;
    while at < 21 {
        stamp[at] = b"0123456789abcdef"[(rest % 16) as usize];
        rest /= 16;
        at += 1;
    }
    stamp
};

/// The FNV-1a hash of these texts.
const fn hash(files: &[RuntimeFile]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut file = 0;
    while file < files.len() {
        let mut part = 0;
        while part < files[file].parts.len() {
            let bytes = files[file].parts[part].as_bytes();
            let mut at = 0;
            while at < bytes.len() {
                hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
                at += 1;
            }
            part += 1;
        }
        file += 1;
    }
    hash
}

/// What the process that tries changed code, or does a job, loads besides.
pub const TRIAL: [RuntimeFile; 5] = [
    RuntimeFile {
        path: "runtime/job.lisp",
        parts: &[
            include_str!("../templates/sbcl/runtime/job/internals.lisp"),
            include_str!("../templates/sbcl/runtime/job/job.lisp"),
        ],
    },
    RuntimeFile {
        path: "runtime/trial.lisp",
        parts: &[
            include_str!("../templates/sbcl/runtime/trial/internals.lisp"),
            include_str!("../templates/sbcl/runtime/trial/trial.lisp"),
        ],
    },
    RuntimeFile {
        path: "runtime/trial-systems.lisp",
        parts: &[include_str!("../templates/sbcl/runtime/trial/systems.lisp")],
    },
    RuntimeFile {
        path: "runtime/check.lisp",
        parts: &[
            include_str!("../templates/sbcl/runtime/trial/forms.lisp"),
            include_str!("../templates/sbcl/runtime/trial/check.lisp"),
        ],
    },
    RuntimeFile {
        path: "runtime/check-systems.lisp",
        parts: &[
            include_str!("../templates/sbcl/runtime/trial/registry.lisp"),
            include_str!("../templates/sbcl/runtime/trial/dependencies.lisp"),
        ],
    },
];

/// Everything that an image without the runtime needs to answer a client.
pub fn definitions() -> String {
    let asked = |file: &&RuntimeFile| matches!(file.part(), Some("core.lisp" | "swank.lisp"));
    let parts = FILES.iter().filter(asked).map(RuntimeFile::text);
    let base = [
        include_str!("../templates/sbcl/runtime/package.lisp"),
        include_str!("../templates/sbcl/runtime/user.lisp"),
    ];
    base.concat() + &parts.collect::<String>()
}

/// What it needs besides to compare its systems with what it has loaded.
pub fn system_definitions() -> String {
    SYSTEMS.text()
}
