;;;; Variables of the environment, for tests that need them.

(in-package #:lisplaunch)

(defun set-environment (name value)
  (if value
      (sb-alien:alien-funcall
       (sb-alien:extern-alien "setenv" (function sb-alien:int sb-alien:c-string sb-alien:c-string
                                                 sb-alien:int))
       name value 1)
      (unset-environment name)))

(defmacro with-environment (variables &body body)
  "Evaluates BODY with VARIABLES, a list of names and values, in the environment."
  `(let ((variables (list ,@variables)))
     (loop for (name value) on variables by #'cddr do (set-environment name value))
     (unwind-protect (progn ,@body)
       (loop for (name) on variables by #'cddr do (set-environment name nil)))))
