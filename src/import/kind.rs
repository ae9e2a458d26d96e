//! Which kind of file one is: by its name, or else by what is in it.

/// The kinds of files that can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InputKind {
    /// For make.
    Makefile,
    /// For supervisord.
    Supervisord,
    /// A unit of systemd.
    Systemd,
    /// A script for a shell.
    Shell,
    /// For foreman and the like.
    Procfile,
    /// For docker compose.
    Compose,
    /// For an image.
    Dockerfile,
    /// A script of Roswell.
    Roswell,
    /// Lisp.
    Lisp,
}

impl InputKind {
    /// The kind of a file.
    pub(super) fn of(name: &str, text: &str) -> Option<Self> {
        let base = name.rsplit('/').next().unwrap_or(name).to_lowercase();
        let (stem, extension) = base.rsplit_once('.').unwrap_or((&base, ""));
        let first = text.lines().next().unwrap_or_default();
        match (stem, extension) {
            ("makefile" | "gnumakefile", _) | (_, "mk") => Some(InputKind::Makefile),
            ("procfile", _) => Some(InputKind::Procfile),
            ("dockerfile" | "containerfile", _) | (_, "dockerfile") => Some(InputKind::Dockerfile),
            (_, "service") => Some(InputKind::Systemd),
            (_, "ros") => Some(InputKind::Roswell),
            (_, "lisp" | "cl" | "lsp") => Some(InputKind::Lisp),
            (_, "yml" | "yaml") => Some(InputKind::Compose),
            _ if text.contains("[program:") || text.contains("[fcgi-program:") => {
                Some(InputKind::Supervisord)
            }
            _ if text.contains("ExecStart=") => Some(InputKind::Systemd),
            _ if text.contains("exec ros ") && text.contains("|#") => Some(InputKind::Roswell),
            _ if first.starts_with("#!") && first.contains("sbcl") => Some(InputKind::Lisp),
            (_, "sh" | "bash" | "zsh") => Some(InputKind::Shell),
            _ if first.starts_with("#!") && first.contains("sh") => Some(InputKind::Shell),
            _ if stem.starts_with("makefile") => Some(InputKind::Makefile),
            _ if stem.starts_with("dockerfile") => Some(InputKind::Dockerfile),
            _ => None,
        }
    }
}
