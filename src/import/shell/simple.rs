//! A simple command while its words come in.

/// A simple command while it is read.
#[derive(Default)]
pub(super) struct Simple {
    pub(super) words: Vec<(String, bool)>,
    pub(super) line: usize,
    pub(super) output: Redirections,
    /// Where the next word belongs, if it is not one of the command.
    pub(super) redirect: Option<&'static str>,
}

/// What a command is connected with.
#[derive(Clone, Debug, Default)]
pub(super) struct Redirections {
    pub(super) log: Option<String>,
    pub(super) input: Option<String>,
}

impl Simple {
    pub(super) fn word(&mut self, text: String, bare: bool, line: usize) {
        if self.words.is_empty() {
            self.line = line;
        }
        match self.redirect.take() {
            Some("heredoc") => {
                self.redirect = Some("heredoc");
                self.words.push((text, bare));
            }
            Some("<<<") => self.output.input = Some(text),
            Some(operator) if operator.contains('>') => {
                let number = text.parse::<u32>().is_ok() || text == "-";
                if !number {
                    self.output.log = Some(text);
                }
            }
            Some(_) => {}
            None => self.words.push((text, bare)),
        }
    }

    pub(super) fn redirected(&mut self, operator: &'static str) {
        let numbered = self.words.last().is_some_and(|(word, bare)| {
            *bare && word.len() == 1 && word.starts_with(|c: char| c.is_ascii_digit())
        });
        let to_errors = self.words.last().is_some_and(|(word, _)| word == "2");
        if numbered && self.words.len() > 1 {
            self.words.pop();
        }
        self.redirect = Some(match operator {
            "<<" | "<<-" => "heredoc",
            // Errors alone are not the log.
            _ if numbered && to_errors => "<",
            operator => operator,
        });
    }
}
