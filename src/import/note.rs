//! What a person should know of what was taken over.

/// Why a note is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// It is not in the project file.
    NotTakenOver,
    /// It is not as it was, on purpose.
    OnPurpose,
    /// A person should look at it.
    Look,
}

impl About {
    /// What a note begins with.
    pub fn opening(self) -> &'static str {
        match self {
            About::NotTakenOver => "not taken over",
            About::OnPurpose => "different on purpose",
            About::Look => "look at this",
        }
    }
}

/// Something to know, and the line that it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The number of the line.
    pub line: usize,
    /// Why it is there.
    pub about: About,
    /// What it says.
    pub text: String,
}

impl Note {
    /// About what is not in the project file.
    pub fn not_taken(line: usize, text: impl Into<String>) -> Self {
        Note::new(line, About::NotTakenOver, text)
    }

    /// About what is not as it was, on purpose.
    pub fn on_purpose(line: usize, text: impl Into<String>) -> Self {
        Note::new(line, About::OnPurpose, text)
    }

    /// About what a person should look at.
    pub fn look(line: usize, text: impl Into<String>) -> Self {
        Note::new(line, About::Look, text)
    }

    fn new(line: usize, about: About, text: impl Into<String>) -> Self {
        let text = text.into();
        Note { line, about, text }
    }
}
