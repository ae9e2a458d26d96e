//! Which kind of file one is: by its name, or else by what is in it.

/// The kinds of files that can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
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

impl Kind {
    /// The kind of a file.
    pub(super) fn of(name: &str, text: &str) -> Option<Self> {
        let base = name.rsplit('/').next().unwrap_or(name).to_lowercase();
        let (stem, extension) = base.rsplit_once('.').unwrap_or((&base, ""));
        let first = text.lines().next().unwrap_or_default();
        match (stem, extension) {
            ("makefile" | "gnumakefile", _) | (_, "mk") => Some(Kind::Makefile),
            ("procfile", _) => Some(Kind::Procfile),
            ("dockerfile" | "containerfile", _) | (_, "dockerfile") => Some(Kind::Dockerfile),
            (_, "service") => Some(Kind::Systemd),
            (_, "ros") => Some(Kind::Roswell),
            (_, "lisp" | "cl" | "lsp") => Some(Kind::Lisp),
            (_, "yml" | "yaml") => Some(Kind::Compose),
            _ if text.contains("[program:") || text.contains("[fcgi-program:") => {
                Some(Kind::Supervisord)
            }
            _ if text.contains("ExecStart=") => Some(Kind::Systemd),
            _ if text.contains("exec ros ") && text.contains("|#") => Some(Kind::Roswell),
            _ if first.starts_with("#!") && first.contains("sbcl") => Some(Kind::Lisp),
            (_, "sh" | "bash" | "zsh") => Some(Kind::Shell),
            _ if first.starts_with("#!") && first.contains("sh") => Some(Kind::Shell),
            _ if stem.starts_with("makefile") => Some(Kind::Makefile),
            _ if stem.starts_with("dockerfile") => Some(Kind::Dockerfile),
            _ => None,
        }
    }
}
