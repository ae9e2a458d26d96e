;;;; What the runtime takes from the inside of ASDF. Read in ASDF 3.3.1, which SBCL brings from
;;;; 2.0.0 to 2.6.7, and in ASDF 3.3.6.

(in-package #:lisplaunch)

(defun map-dependencies (function operation component)
  "Calls FUNCTION with the operation and the component of each action that must come before that of
OPERATION on COMPONENT."
  (asdf::map-direct-dependencies operation component function))

(defun action-time (plan operation component)
  "When OPERATION was last done on COMPONENT, as ASDF counts time; NIL where it is yet to be done."
  (let ((status (asdf::action-status plan operation component)))
    (and status (asdf::status-stamp status))))

(defun in-session (function)
  "Calls FUNCTION in the session that is under way, or in one of its own."
  (asdf::call-with-asdf-session function))

(defun session-table (name)
  "A table that lasts as long as ASDF's session."
  (asdf::consult-asdf-cache (list 'session-table name) (lambda () (make-hash-table :test 'equal))))
