;;;; Tests of the runtime in a bare sbcl: each file here is loaded after it, into package
;;;; LISPLAUNCH, and REPORT ends the process.

(defpackage #:check
  (:use #:cl)
  (:export #:deftest #:is #:eventually #:report))

(in-package #:check)

(defvar *failures* 0)
(defvar *checks* 0)

(defun fail (name form problem)
  (incf *failures*)
  (format *error-output* "~&~(~a~): ~s~%  ~a~%" name form problem))

(defmacro deftest (name &body body)
  "Runs BODY now; an error in it is a failure of NAME."
  `(flet ((,name ()
            ,@body))
     (handler-case (,name)
       (error (problem) (fail ',name '(,name) problem)))))

(defmacro is (predicate expected actual)
  "Compares the value of ACTUAL with the one of EXPECTED."
  `(let ((expected ,expected)
         (actual ,actual))
     (incf *checks*)
     (unless (,predicate expected actual)
       (fail 'is ',actual (format nil "expected ~s~%  found    ~s" expected actual)))))

(defmacro eventually (form)
  "Waits until FORM is true."
  `(progn
     (incf *checks*)
     (loop repeat 1000
           until ,form
           do (sleep 1/50)
           finally (unless ,form (fail 'eventually ',form "never true")))))

(defun report ()
  "Ends the process: with 0 if something was checked and nothing failed."
  (format t "~&~d checks, ~d failures~%" *checks* *failures*)
  (finish-output)
  (sb-ext:exit :code (if (and (plusp *checks*) (zerop *failures*)) 0 1) :abort t))
