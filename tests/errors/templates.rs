//! Templates of one's own that are wrong.

use insta::assert_snapshot;

use super::brief;
use crate::support::Project;

fn report(name: &str, text: &[u8]) -> String {
    let project = Project::new("loader: none\ntemplates: t\nstop: (g)\nstart: (f)")
        .with_file(&format!("t/{name}"), text);
    let command = match name.split_once('/') {
        Some(("sbcl", _)) => vec!["argv"],
        Some((format, _)) => vec!["emit", format],
        None => unreachable!("a template is in a folder"),
    };
    let code = if command[0] == "argv" { 2 } else { 1 };
    brief(project.run(&command), code)
}

#[test]
fn templates_print_what_they_are_given() {
    assert_snapshot!(report("sbcl/argv", b"{{ program }}\n{{ prgram }}\n"), @"
    error: in the template `sbcl/argv`: undefined value
     --> /srv/app/t/sbcl/argv:2:1
    2 | {{ prgram }}
      | ^^^^^^^^^^^^
      = help: `lisplaunch templates show sbcl/argv` prints it
    ");
    assert_snapshot!(report("sbcl/argv", b"{{ program }}\n{% if %}\n"), @"
    error: in the template `sbcl/argv`: unexpected end of block
     --> /srv/app/t/sbcl/argv:2:1
    2 | {% if %}
      | ^^^^^^^^
      = help: `lisplaunch templates show sbcl/argv` prints it
    ");
    assert_snapshot!(report("sbcl/argv", b"{{ program }} {{ loader }}\n"), @"
    error: in the template `sbcl/argv`: undefined value
     --> /srv/app/t/sbcl/argv:1:1
    1 | {{ program }} {{ loader }}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: `lisplaunch templates show sbcl/argv` prints it
    ");
    assert_snapshot!(report("sbcl/argv", b"(f)\n{{ 'text' }}\n"), @"
    error: in the template `sbcl/argv`: a template prints only whole values of the plan, not a string
     --> /srv/app/t/sbcl/argv:2:1
    2 | {{ 'text' }}
      | ^^^^^^^^^^^^
      = help: `lisplaunch templates show sbcl/argv` prints it
    ");
    assert_snapshot!(report("supervisor/program.conf", b"{{ header }}\n"), @"
    error: in the template `supervisor/program.conf`: a template prints only whole values of the plan, not a sequence
     --> /srv/app/t/supervisor/program.conf:1:1
    1 | {{ header }}
      | ^^^^^^^^^^^^
      = help: `lisplaunch templates show supervisor/program.conf` prints it
    ");
    assert_snapshot!(report("supervisor/program.conf", b"{{ header | join }}\n"), @"
    error: in the template `supervisor/program.conf`: filter join is unknown
     --> /srv/app/t/supervisor/program.conf:1:1
    1 | {{ header | join }}
      | ^^^^^^^^^^^^^^^^^^^
      = help: `lisplaunch templates show supervisor/program.conf` prints it
    ");
    assert_snapshot!(report("makefile/Makefile", b"{% include 'other' %}\n"), @"
    error: in the template `makefile/Makefile`: unknown statement include
     --> /srv/app/t/makefile/Makefile:1:1
    1 | {% include 'other' %}
      | ^^^^^^^^^^^^^^^^^^^^^
      = help: `lisplaunch templates show makefile/Makefile` prints it
    ");
}

#[test]
fn what_begins_with_a_parenthesis_is_one_form() {
    let report = |line: &str| report("sbcl/argv", format!("{{{{ program }}}}\n{line}").as_bytes());
    assert_snapshot!(report("--eval (loop (sleep 1)\n"), @"
    error: `(` is not closed
     --> the text that the template `sbcl/argv` renders to:1:1
    1 | (loop (sleep 1)
      | ^ opened here
      = help: add the missing `)`
    ");
    assert_snapshot!(report("--eval (f)\n  (g)\n"), @"
    error: found a second form where one is expected
     --> the text that the template `sbcl/argv` renders to:2:3
    2 |   (g)
      |   ^^^ the second form
      = help: write a list with one form each, or put them into one `(progn …)`
    ");
    assert_snapshot!(report("--eval (f) --quit\n"), @"
    error: found a second form where one is expected
     --> the text that the template `sbcl/argv` renders to:1:5
    1 | (f) --quit
      |     ^^^^^^ the second form
      = help: write a list with one form each, or put them into one `(progn …)`
    ");
    assert_snapshot!(report("{% for f in stop %}--eval ({{ f }}){% endfor %} (a\n"), @"
    error: `(` is not closed
     --> the text that the template `sbcl/argv` renders to:1:7
    1 | ((g)) (a
      |       ^ opened here
      = help: add the missing `)`
    ");
}

#[test]
fn templates_are_text() {
    assert_snapshot!(report("sbcl/argv", b"(f \"\xff\")\n"), @"error: cannot read `/srv/app/t/sbcl/argv`: it is not UTF-8 text (line 1)");
    assert_snapshot!(report("sbcl/argv", &vec![b' '; (1 << 20) + 1]), @"error: cannot read `/srv/app/t/sbcl/argv`: it is larger than 1 MiB");
    assert_snapshot!(report("sbcl/argv", b"{{ program }}\0\0"), @"error: the template `/srv/app/t/sbcl/argv` contains a NUL character");
}

#[test]
fn values_stand_where_their_language_has_a_place() {
    assert_snapshot!(report("supervisor/program.conf", b"{% for s in services %}{{ s.log.file }}{% endfor %}"), @"
    error: in the template `supervisor/program.conf`: undefined value
     --> /srv/app/t/supervisor/program.conf:1:1
    1 | {% for s in services %}{{ s.log.file }}{% endfor %}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: `lisplaunch templates show supervisor/program.conf` prints it
    ");
}

#[test]
fn templates_have_names() {
    let project = Project::new("start: (f)");
    assert_snapshot!(brief(project.run(&["templates", "show", "sbcl/arg"]), 2), @"
    error: there is no template `sbcl/arg`
     = help: did you mean `sbcl/argv`?
    ");
    let unknown = brief(project.run(&["templates", "show", "xyzzy"]), 2);
    let all = "there are: `sbcl/argv`, `sbcl/plain`, ";
    assert!(unknown.contains(all), "{unknown}");
}
