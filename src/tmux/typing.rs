//! Bringing forms to a REPL on a terminal so that it reads exactly what was written.
//!
//! Short printable ASCII is typed. What a terminal would change goes through a private file,
//! and one line is typed that the REPL reads as the form itself: `#.` makes the value of an
//! expression a part of what is read, and this one reads the file and removes it. So package,
//! printed values, `+` and `*` are the same either way.
//!
//! Rules: termios(3). On its way to a program in canonical mode a control character is a
//! command (^C, ^D, ^U, ^W, ^V, ^R, DEL), a return becomes a line break, and what is longer
//! than a line may be, 4095 bytes on Linux and 1024 on other systems, is dropped without a
//! word. A tab asks a line editor, where one was loaded, to complete. What other bytes mean is a
//! matter of the locale in which the service was started.

use std::io;
use std::path::{Path, PathBuf};

use crate::lisp::{Form, print};
use crate::word::Word;

/// The longest text that is typed, in bytes: below the longest line everywhere, with room for a
/// word that was typed before.
const LONGEST: usize = 900;

/// Whether a terminal hands on this text unchanged.
pub fn is_typeable(text: &str) -> bool {
    text.len() <= LONGEST
        && text
            .bytes()
            .all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte))
}

/// The text of each file that `text`, which reads as `forms`, takes: one a form, since a form
/// may make the package that the next one is read in.
pub fn file_texts(text: &str, forms: &[Form]) -> Vec<String> {
    match forms {
        [_] => vec![text.to_owned()],
        _ => forms.iter().map(Form::text).collect(),
    }
}

/// Leaves the text of a form in a private file of `folder`.
///
/// # Errors
/// When the file cannot be written.
pub fn leave(folder: &Path, text: &str) -> io::Result<PathBuf> {
    super::leave(folder, text.as_bytes())
}

/// The line that a REPL reads as the form in the file.
///
/// It names no symbol of the package that it is read in, which may be locked and need not
/// use CL. The file goes before the form is read, as an error in it may end the process.
pub fn reading_line(file: &str) -> String {
    let file = print::string(&Word::from(file)).resolved();
    format!(
        "#.(cl:let ((#1=#:file (sb-ext:parse-native-namestring {file}))) \
         (cl:with-open-file (#2=#:in #1# :external-format :utf-8) \
         (cl:delete-file #1#) (cl:read #2#)))\n"
    )
}
