//! Templates of one's own that are wrong.

use insta::assert_snapshot;

use super::brief;
use crate::support::Project;

fn told(name: &str, text: &[u8]) -> String {
    let project = Project::new("loader: none\ntemplates: t\nstop: (g)\nstart: (f)")
        .with_file(&format!("t/{name}"), text);
    let command = match name.split_once('/') {
        Some(("sbcl", _)) => vec!["argv"],
        Some((format, _)) => vec!["emit", format],
        None => unreachable!("a template stands in a folder"),
    };
    let code = if command[0] == "argv" { 2 } else { 1 };
    brief(project.run(&command), code)
}

#[test]
fn templates_print_what_they_are_given() {
    assert_snapshot!(told("sbcl/argv", b"{{ program }}\n{{ prgram }}\n"), @"
    error: in the template `sbcl/argv`: undefined value
     --> /srv/app/t/sbcl/argv:2:1
    2 | {{ prgram }}
      | ^^^^^^^^^^^^
      = help: `lisplaunch templates show sbcl/argv` prints it
    ");
    assert_snapshot!(told("sbcl/argv", b"{{ program }}\n{% if %}\n"), @"
    error: in the template `sbcl/argv`: unexpected end of block
     --> /srv/app/t/sbcl/argv:2:1
    2 | {% if %}
      | ^^^^^^^^
      = help: `lisplaunch templates show sbcl/argv` prints it
    ");
    assert_snapshot!(told("sbcl/argv", b"{{ program }} {{ loader }}\n"), @"
    error: in the template `sbcl/argv`: undefined value
     --> /srv/app/t/sbcl/argv:1:1
    1 | {{ program }} {{ loader }}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: `lisplaunch templates show sbcl/argv` prints it
    ");
    assert_snapshot!(told("sbcl/stop.lisp", b"(f)\n{{ 'text' }}\n"), @"
    error: in the template `sbcl/stop.lisp`: a template prints only whole values of the plan, not a string
     --> /srv/app/t/sbcl/stop.lisp:2:1
    2 | {{ 'text' }}
      | ^^^^^^^^^^^^
      = help: `lisplaunch templates show sbcl/stop.lisp` prints it
    ");
    assert_snapshot!(told("supervisor/program.conf", b"{{ header }}\n"), @"
    error: in the template `supervisor/program.conf`: a template prints only whole values of the plan, not a sequence
     --> /srv/app/t/supervisor/program.conf:1:1
    1 | {{ header }}
      | ^^^^^^^^^^^^
      = help: `lisplaunch templates show supervisor/program.conf` prints it
    ");
    assert_snapshot!(told("supervisor/program.conf", b"{{ header | join }}\n"), @"
    error: in the template `supervisor/program.conf`: filter join is unknown
     --> /srv/app/t/supervisor/program.conf:1:1
    1 | {{ header | join }}
      | ^^^^^^^^^^^^^^^^^^^
      = help: `lisplaunch templates show supervisor/program.conf` prints it
    ");
    assert_snapshot!(told("makefile/Makefile", b"{% include 'other' %}\n"), @"
    error: in the template `makefile/Makefile`: unknown statement include
     --> /srv/app/t/makefile/Makefile:1:1
    1 | {% include 'other' %}
      | ^^^^^^^^^^^^^^^^^^^^^
      = help: `lisplaunch templates show makefile/Makefile` prints it
    ");
}

#[test]
fn lisp_templates_render_to_forms() {
    assert_snapshot!(told("sbcl/stay.lisp", b"(loop (sleep 1)\n"), @"
    error: `(` is not closed
     --> the text that the template `sbcl/stay.lisp` renders to:1:1
    1 | (loop (sleep 1)
      | ^ opened here
      = help: add the missing `)`
    ");
    assert_snapshot!(told("sbcl/stay.lisp", b"(f \0)\n"), @"
    error: `(` is not closed
     --> the text that the template `sbcl/stay.lisp` renders to:1:1
    1 | (f
      | ^ opened here
      = help: add the missing `)`
    ");
}

#[test]
fn templates_are_text() {
    assert_snapshot!(told("sbcl/stay.lisp", b"(f \"\xff\")\n"), @"error: cannot read `/srv/app/t/sbcl/stay.lisp`: it is not UTF-8 text (line 1)");
    assert_snapshot!(told("sbcl/stay.lisp", &vec![b' '; (1 << 20) + 1]), @"error: cannot read `/srv/app/t/sbcl/stay.lisp`: it is larger than 1 MiB");
}

#[test]
fn values_stand_where_their_language_has_a_place() {
    assert_snapshot!(told("supervisor/program.conf", b"{% for s in services %}{{ s.log.file }}{% endfor %}"), @"
    error: in the template `supervisor/program.conf`: undefined value
     --> /srv/app/t/supervisor/program.conf:1:1
    1 | {% for s in services %}{{ s.log.file }}{% endfor %}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: `lisplaunch templates show supervisor/program.conf` prints it
    ");
    assert_snapshot!(told("sbcl/stay.lisp", b"{% for f in stop %}{{ f }}{% endfor %} (a"), @"
    error: `(` is not closed
     --> the text that the template `sbcl/stay.lisp` renders to:1:5
    1 | (g) (a
      |     ^ opened here
      = help: add the missing `)`
    ");
}

#[test]
fn templates_have_names() {
    let project = Project::new("start: (f)");
    assert_snapshot!(brief(project.run(&["templates", "show", "sbcl/stay"]), 2), @"
    error: there is no template `sbcl/stay`
     = help: did you mean `sbcl/stay.lisp`?
    ");
    assert_snapshot!(brief(project.run(&["templates", "show", "xyzzy"]), 2), @"
    error: there is no template `xyzzy`
     = help: there are: `sbcl/argv`, `sbcl/asdf.lisp`, `sbcl/boot.lisp`, `sbcl/systems.lisp`, `sbcl/package.lisp`, `sbcl/stop.lisp`, `sbcl/start.lisp`, `sbcl/stay.lisp`, `makefile/Makefile`, `supervisor/program.conf`
    ");
}
