//! Lisp files that load and start a service: `run.lisp`, `start.lisp`, `server.lisp`.

use super::command;
use super::draft::Draft;
use super::forms::FormImport;
use super::marks::VariableMarks;
use super::note::Note;
use crate::lisp::tree::{Tree, read_trees};

/// Reads a file; `name` is how the project file would name it.
pub(super) fn read(text: &str, name: &str, marks: &mut VariableMarks) -> Draft {
    let mut draft = Draft {
        line: 1,
        ..Draft::default()
    };
    let (shebang, body) = match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("#!") => (Some(first), rest),
        _ => (None, text),
    };
    let mut forms = FormImport::new(&mut draft, marks, 1);
    if let Some(first) = shebang.filter(|first| first.contains("--script")) {
        forms.draft.set_sbcl("sysinit", "false");
        forms.draft.set_sbcl("userinit", "false");
        forms.purpose(format!(
            "`{first}`: the process stays when the script has ended"
        ));
    } else {
        forms.purpose("`--disable-debugger` is added: an error ends the process");
    }
    if let Some(line) = first_definition(body) {
        let line = line + usize::from(shebang.is_some());
        let text = "it defines things, so it is loaded as a whole, with all that it loads and starts itself";
        forms.draft.note(Note::look(line, text));
        forms.draft.load.push(name.to_owned());
    } else {
        forms.read_file(body, 1 + usize::from(shebang.is_some()));
    }
    let used = forms.used;
    command::finish(&mut draft, used, marks);
    draft
}

/// The line of the first form that defines something.
fn first_definition(text: &str) -> Option<usize> {
    let trees = read_trees(text).ok()?;
    let defines = |tree: &&Tree| {
        let operator = tree.operator().unwrap_or_default();
        let name = operator.rsplit(':').next().unwrap_or_default();
        name.starts_with("def") && name != "defpackage"
    };
    let found = trees.iter().find(defines)?;
    Some(1 + text[..found.range.start].matches('\n').count())
}
