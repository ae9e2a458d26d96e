//! Whether lisplaunch's own code is loaded into the image, and what nothing else can do.

use super::context::Context;
use crate::problem::Problem;
use crate::project::field::Field;
use crate::runtime;
use crate::word::Word;

/// The file that loads it; nothing where the project file does not want it.
///
/// It lies beside the project file, so that it goes where the project goes.
pub(super) fn read(context: &Context<'_>) -> Option<Word> {
    if !context.fields.flag("runtime") {
        refuse_what_needs_it(context);
        refuse_to_be_saved(context);
        return None;
    }
    let folder = context.base.folder.trim_end_matches('/');
    Some(format!("{folder}/{}/{}", runtime::FOLDER, runtime::ENTRY).into())
}

/// What goes where its sources do not is saved by that code.
fn refuse_to_be_saved(context: &Context<'_>) {
    let field = context.fields.get("runtime");
    if let Some(field) = field.filter(|_| context.self_contained) {
        field.report(
            Problem::error(
                "an image of a container needs lisplaunch's own code, and `runtime` is `false`",
            )
            .help("remove it: that code saves the program that the image holds"),
        );
    }
}

fn refuse_what_needs_it(context: &Context<'_>) {
    let fields = &context.fields;
    let refuse = |field: Field<'_>, help: &str| {
        let path = field.path();
        field.report(
            Problem::error(format!(
                "`{path}` needs lisplaunch's own code in the image, and `runtime` is `false`"
            ))
            .help(help),
        );
    };
    let given = |key| fields.get(key).filter(|field| !field.is_false());
    if let Some(field) = given("ready") {
        refuse(
            field,
            "remove it: without that code nothing watches the start",
        );
    }
    if let Some(field) = given("watchdog") {
        refuse(
            field,
            "remove it: without that code nothing says that the image still answers",
        );
    }
    if let Some(field) = given("core") {
        refuse(
            field,
            "remove it: that code saves the image, and looks whether it is up to date",
        );
    }
    if let Some(field) = given("verbose") {
        refuse(
            field,
            "remove it: without that code the log holds everything",
        );
    }
    if let Some(field) = given("http").and_then(|http| http.fields().get("socket")) {
        refuse(
            field,
            "remove it: that code lets the server listen on the socket",
        );
    }
    if let Some(field) = given("swank").and_then(|swank| swank.fields().get("secret")) {
        refuse(
            field,
            "remove it: plain swank asks for the secret of `~/.slime-secret`, if there is one",
        );
    }
}
