;;;; What a start writes to the log while it compiles and loads: all that concerns the project's own
;;;; systems. Of a library it is one line when it is compiled, and what its compiler said if it
;;;; fails.

(in-package #:lisplaunch)

(defvar *libraries-compiled* '()
  "The names of the libraries that this start has named as it compiled them.")

;; A library may keep the stream that it finds when it is loaded. So that is a synonym of one of
;; these, which lead to the log again afterwards.

(defvar *library-output* *standard-output*
  "Where a library's standard output goes.")

(defvar *library-errors* *error-output*
  "Where what a library writes to standard error goes.")

(defun call-quietly (function)
  "Calls FUNCTION and drops what it writes, unless an error comes out of it."
  (let* ((output *library-output*)
         (errors *library-errors*)
         (said (make-string-output-stream))
         (*library-output* said)
         (*library-errors* said)
         (*standard-output* (make-synonym-stream '*library-output*))
         (*error-output* (make-synonym-stream '*library-errors*))
         (*trace-output* *error-output*))
    (flet ((report-problem (problem)
             (declare (ignore problem))
             (write-string (get-output-stream-string said) errors)
             (setf *library-output* output
                   *library-errors* errors)))
      (handler-bind ((error #'report-problem))
        ;; The summary of the compiler is at the end of its unit.
        (with-compilation-unit (:override t)
          (funcall function))))))

(defun name-library (component)
  "Names the library of COMPONENT in the log the first time that it is compiled."
  (let ((name (asdf:primary-system-name (asdf:component-system component))))
    (unless (member name *libraries-compiled* :test #'string=)
      (push name *libraries-compiled*)
      (format *standard-output* "~&; compiling ~a~%" name)
      (finish-output *standard-output*))))

(defun perform-quietly (perform operation component)
  "Performs OPERATION on COMPONENT; quietly while the service starts, if it belongs to a library."
  (cond ((or (own-p component) (not (member *phase* '(:loading :starting))))
         (funcall perform operation component))
        (t
         (when (and (typep operation 'asdf:compile-op) (typep component 'asdf:cl-source-file))
           (name-library component))
         (call-quietly (lambda () (funcall perform operation component))))))

(defun quiet-libraries ()
  "Lets a start print only errors of libraries."
  (encapsulate 'asdf:perform-with-restarts 'perform-quietly))
