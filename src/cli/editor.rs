//! The commands for editors and shells: what they need to know of project files and of lisplaunch.

use clap::Args;

/// Print the JSON Schema of project files, for editors
///
/// An editor that knows it completes keys, says what they are for, and marks what is wrong while
/// one types. `init` names it in the first line of a project file:
///
/// # yaml-language-server: $schema=.lisplaunch/schema.json
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mkdir -p .lisplaunch && lisplaunch schema > .lisplaunch/schema.json")]
pub struct Schema {}
