//! What sbcl reports of itself when it is started with the options of a service, and without any of
//! its code.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::host::Host;
use crate::live::swank::reader::read;
use crate::live::swank::sexp::Sexp;
use crate::plan::service::Service;
use crate::program;
use crate::word::Word;

/// A form that prints what is to be known as a list, and ends the process.
const QUESTION: &str = "(progn
  (with-standard-io-syntax
    (let ((*print-readably* nil))
      (prin1 (list :version (lisp-implementation-version)
                   :heap (sb-ext:dynamic-space-size)
                   :format (prin1-to-string (stream-external-format *standard-output*))
                   :threads (if (member :sb-thread *features*) 1 0)))))
  (finish-output)
  (sb-ext:exit :abort t))";

/// An sbcl, and the services that are started with it.
pub struct Lisp {
    /// The service; none for that of the machine.
    pub service: Option<String>,
    /// Its file.
    pub program: PathBuf,
    /// What it reports, or why there is nothing.
    pub said: Result<Said, String>,
}

/// What an sbcl reports of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its version.
    pub version: String,
    /// The size of its heap, in bytes.
    pub heap: u64,
    /// How it reads and writes text.
    pub format: String,
    /// Whether it has threads.
    pub threads: bool,
}

impl Lisp {
    /// The one of `service`; none where its program is not found.
    pub fn of(service: &Service, host: &Host) -> Option<Self> {
        let program = program::find(service, host).ok()?;
        let options = service.sbcl.runtime_options.iter().flatten();
        let options: Vec<String> = options.map(Word::resolved).collect();
        let env = service.env.iter();
        let env = env.map(|(name, value)| (name.clone(), value.resolved()));
        Some(Lisp {
            service: Some(service.name.to_string()),
            said: ask(&program, &options, env),
            program,
        })
    }

    /// The first one on the PATH, if there is one.
    pub fn on_path(host: &Host) -> Option<Self> {
        let program = program::on_path("sbcl", host)?;
        Some(Lisp {
            service: None,
            said: ask(&program, &[], std::iter::empty()),
            program,
        })
    }
}

fn ask(
    program: &Path,
    options: &[String],
    env: impl Iterator<Item = (String, String)>,
) -> Result<Said, String> {
    let name = program.file_name().and_then(OsStr::to_str);
    // Another program, or another core, could start anything.
    if !name.is_some_and(|name| name.starts_with("sbcl")) {
        return Err("it is not called sbcl, so it was not started".to_owned());
    }
    if options.iter().any(|option| option == "--core") {
        return Err("it has a core of its own, so it was not started".to_owned());
    }
    let mut command = Command::new(program);
    command
        .args(options)
        .args(["--noinform", "--no-sysinit", "--no-userinit"])
        .args(["--disable-debugger", "--eval", QUESTION])
        .envs(env)
        .stdin(Stdio::null());
    let output = command.output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    understand(&text).ok_or_else(|| {
        let errors = String::from_utf8_lossy(&output.stderr);
        let errors = if errors.trim().is_empty() {
            &text
        } else {
            &errors
        };
        let line = errors.lines().find(|line| !line.trim().is_empty());
        format!("it printed: {}", line.unwrap_or("nothing").trim())
    })
}

fn understand(text: &str) -> Option<Said> {
    let said = read(text.trim()).ok()?;
    let text = |key| said.property(key).and_then(Sexp::as_str);
    let number = |key| said.property(key).and_then(Sexp::as_number::<u64>);
    Some(Said {
        version: text(":version")?.to_owned(),
        heap: number(":heap")?,
        format: text(":format")?.to_owned(),
        threads: number(":threads")? == 1,
    })
}
