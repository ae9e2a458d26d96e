//! A file that a format writes.

/// A file of a format, not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path below the folder that it is written into: `shop.service`, `shop/run`.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Whether it is a program.
    pub executable: bool,
    /// Whether only its owner may read it, because there may be secrets in it.
    pub private: bool,
}

impl File {
    /// A plain file that everyone may read.
    pub fn new(path: impl Into<String>, text: String) -> Self {
        File {
            path: path.into(),
            text,
            executable: false,
            private: false,
        }
    }

    /// The same file as a program.
    pub(super) fn executable(self) -> Self {
        File {
            executable: true,
            ..self
        }
    }

    /// The same file, for its owner alone where `private` is true.
    pub(super) fn private(self, private: bool) -> Self {
        File { private, ..self }
    }
}
