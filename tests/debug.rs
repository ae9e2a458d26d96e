//! `lisplaunch run --debug`: a real sbcl with its debugger, on a terminal.

use std::fs;
use std::process::Stdio;

use insta::assert_snapshot;

use crate::repl::terminal::Terminal;
use crate::support::Project;
use crate::support::ports::free_port;
use crate::swank_safety::client::Client;
use crate::swank_server::real::cache;

/// A service whose start fails unless a person chooses otherwise.
const FAILING: &str = r#"
name: app
loader: asdf
registry: [.]
systems: [app]
swank: false
start:
  - (restart-case (error "no port is known") (use-default () :report "Use the default."))
  - (format t "it ~a~%" "serves")
"#;

fn failing() -> Project {
    Project::new(FAILING)
        .with_file(
            "app.asd",
            "(defsystem \"app\" :depends-on (\"library\") :components ((:file \"app\")))",
        )
        .with_file("app.lisp", "(defun app () (no-such-function-of-app))")
        .with_file(
            "~/libraries/library.asd",
            "(defsystem \"library\" :components ((:file \"library\")))",
        )
        .with_file(
            "~/libraries/library.lisp",
            "(defun library () (missing-there))",
        )
}

/// A terminal with the service of a project under the debugger.
fn debugged(project: Project) -> (Project, Terminal) {
    let libraries = format!("{}/libraries/:", project.home().display());
    let project = project
        .with_variable("CL_SOURCE_REGISTRY", &libraries)
        .with_variable("TERM", "dumb")
        .with_variable("LC_ALL", "C.UTF-8");
    let terminal = Terminal::start(&project, &["run", "--debug"]);
    (project, terminal)
}

#[test]
fn an_error_of_a_start_form_waits_for_a_person_and_the_start_goes_on() {
    let (project, terminal) = debugged(failing());
    terminal.expect("debugger invoked on a SIMPLE-ERROR");
    terminal.expect("no port is known");
    terminal.expect("0: [USE-DEFAULT] Use the default.");
    terminal.expect_last("0]");
    let state = || project.run(&["status"]).stdout;
    assert!(state().contains("starting"), "{}", state());
    terminal.enter("0");
    terminal.expect("it serves");
    terminal.expect_last("*");
    assert!(state().contains("ready"), "{}", state());
    // What is typed at the prompt does not end it either.
    terminal.enter("(car 'no-list)");
    terminal.expect("debugger invoked on a TYPE-ERROR");
    terminal.enter(":abort");
    terminal.enter("(format t \"~a\" (* 6 7 1000))");
    terminal.expect("42000");
    terminal.enter("(sb-ext:exit :code 4)");
    terminal.expect_exit("4");
}

#[test]
fn all_that_the_compiler_says_is_shown() {
    let project = failing();
    let file = project.folder().join("said");
    let quoted = file.to_str().unwrap();
    let yaml = FAILING.replace(
        "registry",
        &format!("before-load: (dribble {quoted:?})\nregistry"),
    );
    let (_project, terminal) = debugged(project.with_file("lisplaunch.yaml", yaml));
    terminal.expect("debugger invoked");
    let said = fs::read_to_string(file).unwrap();
    for text in ["MISSING-THERE", "NO-SUCH-FUNCTION-OF-APP", "; loading #P"] {
        assert!(said.contains(text), "{text} is missing: {said}");
    }
}

#[test]
fn it_stops_on_a_signal_while_the_debugger_waits() {
    let (project, terminal) = debugged(Project::new(
        "name: app\nloader: none\nstart: (error \"no\")\nstop: (print :stopped)\n",
    ));
    terminal.expect_last("0]");
    let pid = project.run(&["pid"]).success();
    assert_eq!(project.run(&["stop"]).success(), "", "{pid}");
    terminal.expect(":STOPPED");
    terminal.expect_exit("0");
}

/// An error in a thread of the service goes to SLIME once that is connected.
#[test]
fn slime_is_shown_the_errors_of_the_service() {
    let port = free_port();
    let project = Project::new(&format!(
        "name: app\nloader: asdf\nswank: {port}\nstart: (print :started)\n"
    ))
    .with_variable("XDG_CACHE_HOME", cache().to_str().unwrap());
    let (_project, terminal) = debugged(project);
    terminal.expect(":STARTED");
    terminal.expect_last("*");
    let mut slime = Client::connect(port);
    slime.evaluate("(swank:connection-info)").unwrap();
    terminal.enter("(sb-thread:make-thread (lambda () (error \"in a thread\")))");
    let shown = slime.receive_until("(:debug ").unwrap();
    assert!(shown.contains("in a thread"), "{shown}");
    terminal.enter("(sb-ext:exit :abort t)");
    terminal.expect_exit("1");
}

#[test]
fn the_sources_are_loaded_though_there_is_an_image() {
    let project = Project::new("name: app\nloader: none\nstart: (f)\ncore: true\n");
    assert_snapshot!(project.run(&["run", "--debug", "--dry-run"]).success(), @r#"
    cd -P /srv/app && exec \
      sbcl --noinform \
      --eval '(setf *load-verbose* t)' \
      --load /srv/app/.lisplaunch/runtime.lisp \
      --eval '(lisplaunch:boot "app" :file "/srv/app/lisplaunch.yaml" :verbose t)' \
      --eval '(progn (lisplaunch:starting) (f))' \
      --eval '(lisplaunch:stay)'
    "#);
    let bare = Project::new("name: app\nloader: none\nstart: (f)\nruntime: false\n");
    let printed = bare
        .run(&["run", "--debug", "--dry-run", "--", "--disable-debugger"])
        .success();
    assert_snapshot!(printed, @r"
    cd -P /srv/app && exec \
      sbcl --noinform --end-runtime-options \
      --eval '(setf *load-verbose* t)' \
      --eval '(f)' \
      --eval '(unless (interactive-stream-p *standard-input*) (loop (sleep 3600)))' \
      --end-toplevel-options --disable-debugger
    ");
}

#[test]
fn it_is_for_a_terminal_and_for_templates_that_have_it() {
    let project = Project::new("name: app\nloader: none\nstart: (f)\ntemplates: t\n");
    let mut command = project.command(&["run", "--debug"]);
    command.stdin(Stdio::null());
    assert_snapshot!(project.outcome(command).failure(2), @"
    error: `--debug` needs a terminal, and standard input is not one
     |
     = help: it is for interactive use: leave it out where a manager starts the service
    ");
    let own = "{{ program }} {{ runtime_options }} --noinform {{ end_runtime_options }} \
               --disable-debugger {{ toplevel_options }}\n";
    let project = project.with_file("t/sbcl/argv", own);
    let refused = project.run(&["run", "--debug", "--dry-run"]);
    assert_snapshot!(refused.failure(2), @"
    error: a template of your own always gives `--disable-debugger`
     |
     = help: write `{% if not debugs %}--disable-debugger{% endif %}` in it; `lisplaunch templates` shows where it is
    ");
    let both = ["run", "--debug", "--until-parent-ends"];
    assert_snapshot!(project.run(&both).failure(2), @"
    error: `--debug` and `--until-parent-ends` exclude each other
     |
     = help: usage: `lisplaunch run --debug [SERVICE] [-- <ARGS>...]`
    ");
}
