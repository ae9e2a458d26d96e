;;;; What the service compiles while it loads. Services that start together share a folder of
;;;; compiled files, and each loads what it finds there.

(in-package #:lisplaunch)

(defun compile-whole (compile file &rest options)
  "Compiles FILE under a name that no other process knows, and gives the compiled file its own name
only when it is complete."
  (let* ((fasl (merge-pathnames (apply #'compile-file-pathname file options)))
         (type (format nil "~a-~d" (pathname-type fasl) (sb-unix:unix-getpid)))
         (new (make-pathname :type type :defaults fasl)))
    (multiple-value-bind (output warnings-p failure-p)
        (apply compile file :output-file new options)
      (when output
        (sb-unix:unix-rename (sb-ext:native-namestring output) (sb-ext:native-namestring fasl)))
      (values (and output (probe-file fasl)) warnings-p failure-p))))

(defun take-compilation ()
  "Lets every compiled file appear whole. ASDF cares for that itself, but swank's loader does not."
  (encapsulate 'compile-file 'compile-whole))
