//! What a server reports about itself: `connection-info` in `swank.lisp`.

use crate::live::swank::sexp::Sexp;

/// A server and its image. What a server leaves out is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Info {
    /// The id of its process.
    pub pid: Option<u32>,
    /// The type of the Lisp, `SBCL`.
    pub lisp: Option<String>,
    /// The version of the Lisp.
    pub lisp_version: Option<String>,
    /// The version of swank; some builds do not know theirs.
    pub swank_version: Option<String>,
    /// How it serves connections, such as `spawn` or `fd-handler`, without the colon.
    pub style: Option<String>,
    /// The name of the machine.
    pub machine: Option<String>,
}

impl Info {
    /// From the answer, or `None` if it is not a property list.
    pub(crate) fn from_answer(answer: &Sexp) -> Option<Self> {
        answer.as_list().filter(|parts| !parts.is_empty())?;
        let lisp = answer.property(":lisp-implementation");
        let text = |sexp: Option<&Sexp>| sexp.and_then(Sexp::as_str).map(str::to_owned);
        let style = answer.property(":style").and_then(Sexp::as_atom);
        Some(Info {
            pid: answer.property(":pid").and_then(Sexp::as_number),
            lisp: text(lisp.and_then(|lisp| lisp.property(":type"))),
            lisp_version: text(lisp.and_then(|lisp| lisp.property(":version"))),
            swank_version: text(answer.property(":version")),
            style: style.map(|style| style.trim_start_matches(':').to_owned()),
            machine: text(
                answer
                    .property(":machine")
                    .and_then(|machine| machine.property(":instance")),
            ),
        })
    }
}
