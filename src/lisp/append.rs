//! Arguments of a person's own behind those of a call.

use super::print::string;
use super::tree::{TreeKind, read_trees};

/// Operators of the standard whose forms are no calls: what is put behind their arguments would be
/// evaluated as code of theirs.
const NO_FUNCTIONS: [&str; 37] = [
    "AND",
    "BLOCK",
    "CASE",
    "CATCH",
    "COND",
    "DO",
    "DOLIST",
    "DOTIMES",
    "EVAL-WHEN",
    "FLET",
    "FUNCTION",
    "HANDLER-BIND",
    "HANDLER-CASE",
    "IF",
    "IGNORE-ERRORS",
    "LABELS",
    "LET",
    "LET*",
    "LOCALLY",
    "LOOP",
    "MACROLET",
    "MULTIPLE-VALUE-BIND",
    "MULTIPLE-VALUE-CALL",
    "OR",
    "PROG1",
    "PROGN",
    "PROGV",
    "QUOTE",
    "RETURN-FROM",
    "SETF",
    "SETQ",
    "SYMBOL-MACROLET",
    "TAGBODY",
    "THE",
    "UNLESS",
    "UNWIND-PROTECT",
    "WHEN",
];

/// The text of a form with `arguments` as strings behind its own, if it is a call of a function as
/// far as its text shows.
pub fn with_arguments(form: &str, arguments: &[String]) -> Option<String> {
    if arguments.is_empty() {
        return Some(form.to_owned());
    }
    let trees = read_trees(form).ok()?;
    let [tree] = trees.as_slice() else {
        return None;
    };
    let TreeKind::Symbol { name, .. } = &tree.items().first()?.kind else {
        return None;
    };
    if NO_FUNCTIONS.contains(&name.as_str()) {
        return None;
    }
    let (call, rest) = form.split_at(tree.range.end - 1);
    let strings = arguments
        .iter()
        .map(|text| string(&text.as_str().into()).resolved());
    let strings: String = strings.map(|text| format!(" {text}")).collect();
    Some(format!("{call}{strings}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::with_arguments;

    #[test]
    fn they_are_strings_behind_those_of_a_call() {
        let appended = |form: &str, arguments: &[&str]| {
            let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
            with_arguments(form, &arguments)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(appended("(progn (f))", &[]), some("(progn (f))"));
        assert_eq!(appended("(db:f)", &["0042"]), some("(db:f \"0042\")"));
        assert_eq!(
            appended("(f :to (g \")\"))", &["a \"b\" \\c", "λ"]),
            some("(f :to (g \")\") \"a \\\"b\\\" \\\\c\" \"λ\")")
        );
        assert_eq!(
            appended("#+sbcl (f) #+nil (g)", &["a"]),
            some("#+sbcl (f \"a\") #+nil (g)")
        );
        for form in [
            "(progn (f))",
            "(cl:let ((a 1)) (f a))",
            "((lambda ()))",
            "#.(f)",
            "'(f)",
        ] {
            assert_eq!(appended(form, &["a"]), None, "{form}");
        }
    }
}
