//! How a service comes to be ready.

use rustix::process::Signal;

use super::service::Service;

/// A start form takes long after a tenth of a second.
const IMPATIENT: &str = "(setf lisplaunch::*start-patience* 1/10)";

/// Ignores SIGTERM, as a C library may do, and does not return.
const SERVE: &str = "(progn
                     (defvar *serving* nil)
                     (defun serve ()
                       (sb-alien:alien-funcall
                         (sb-alien:extern-alien \"signal\" (function sb-alien:long sb-alien:int
                                                                   sb-alien:long))
                         sb-unix:sigterm 1)
                       (setf *serving* t)
                       (loop (sleep 1))))";

const EXPLANATION: &str = "has not returned; `ready:` in the project file says when it serves";

#[test]
fn a_start_form_that_does_not_return_is_named() {
    let start = "(progn (lisplaunch:starting) (serve))";
    let mut service = Service::start(&[IMPATIENT, SERVE, start, "(lisplaunch:stay)"]);
    service.until_state_holds(&format!(":NOTE \"the start form (serve) {EXPLANATION}\""));
    assert!(service.state().contains(":PHASE :STARTING"));
}

#[test]
fn one_of_several_start_forms_is_not_named() {
    let start = "(progn (lisplaunch:starting) (print 1))";
    let mut service = Service::start(&[IMPATIENT, SERVE, start, "(serve)", "(lisplaunch:stay)"]);
    service.until_state_holds(&format!(":NOTE \"the start form {EXPLANATION}\""));
}

#[test]
fn a_start_form_that_does_not_return_can_be_ready_and_stopped() {
    let start = "(progn (lisplaunch:starting) (lisplaunch:ready-when *serving*) (serve))";
    let stop = "(lisplaunch:on-stop (print :stopped))";
    let forms = [SERVE, stop, start, "(lisplaunch:stay)"];
    let mut service = Service::start(&forms).until("READY");
    assert_eq!(service.stop(Signal::TERM).code(), Some(0));
    assert_eq!(service.process.stdout().trim(), ":STOPPED");
}

#[test]
fn an_image_is_one_service() {
    let mut service = Service::start(&["(lisplaunch:boot \"other\")"]);
    assert_eq!(service.process.wait().code(), Some(1));
    assert_eq!(
        service.last_line(),
        "lisplaunch: web did not start: (lisplaunch:boot \"other\"): this image is web already"
    );
    assert!(service.state().contains(":PROJECT \"shop\""));
}
