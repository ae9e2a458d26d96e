;;;; The signals that stop the service. QUIT and KILL stay what they are: the end at once.

(in-package #:lisplaunch)

(defun take-stop-signals ()
  "Lets SIGTERM and, where an error ends the process, SIGINT stop the service in order. Done again
once it has started: a start form may take them for itself, and then no stop form would run."
  (on-signal sb-unix:sigterm (lambda () (leave 0 "SIGTERM")))
  (when (debugger-disabled-p)
    (on-signal sb-unix:sigint (lambda () (leave 130 "SIGINT")))))

(defun take-hangup ()
  "Lets the end of the terminal stop the service in order, unless it was started with nohup. What
the service itself makes of SIGHUP later stays."
  (unless (signal-ignored-p sb-unix:sighup)
    (on-signal sb-unix:sighup (lambda () (leave 129 "SIGHUP")))))
