//! What is guessed, and why.

/// A value, and why it was chosen.
#[derive(Clone, Debug)]
pub struct Guess<T> {
    /// The value.
    pub value: T,
    /// Why, for a comment beside it.
    pub why: String,
}

impl<T> Guess<T> {
    /// A value with its reason.
    pub fn new(value: T, why: impl Into<String>) -> Self {
        let why = why.into();
        Guess { value, why }
    }
}

/// All that is guessed of a folder.
#[derive(Clone, Debug)]
pub struct Guesses {
    /// What the project is called.
    pub name: String,
    /// What loads its systems.
    pub loader: Guess<&'static str>,
    /// Folders with `.asd` files.
    pub registry: Vec<String>,
    /// The system.
    pub system: Guess<String>,
    /// What starts it, if anything was found.
    pub start: Option<Guess<String>>,
    /// What stops it, if anything was found.
    pub stop: Option<Guess<String>>,
    /// The port of swank.
    pub swank: Guess<String>,
}

impl Guesses {
    /// The form that starts the service, if one was found.
    pub fn start(&self) -> Option<String> {
        self.start.as_ref().map(|guess| guess.value.clone())
    }
}
