;;;; Stands in for Quicklisp's own setup.lisp, which no Linux distribution packages: QL:QUICKLOAD on
;;;; ASDF, over the libraries that are installed here and the systems in the folder beside this file.

(require :asdf)

(defpackage :quicklisp-client
  (:nicknames :quicklisp :ql)
  (:use :cl)
  (:export #:quickload #:*quickload-verbose* #:*quickload-prompt*))

(in-package :quicklisp-client)

(pushnew :quicklisp *features*)

(pushnew (merge-pathnames "systems/" (make-pathname :name nil :type nil :version nil
                                                    :defaults *load-truename*))
         asdf:*central-registry* :test #'equal)

(defvar *quickload-verbose* nil)
(defvar *quickload-prompt* nil)

(defun load-quietly (system)
  "Load SYSTEM without the compiler's chatter and warnings, as Quicklisp does unless told otherwise."
  (let ((*load-verbose* nil) (*load-print* nil) (*compile-verbose* nil) (*compile-print* nil))
    (handler-bind ((warning #'muffle-warning))
      (asdf:load-system system :verbose nil))))

(defun quickload (systems &key ((:verbose *quickload-verbose*) *quickload-verbose*)
                            ((:prompt *quickload-prompt*) *quickload-prompt*)
                            silent explain &allow-other-keys)
  "Load SYSTEMS, the name of one or a list of names, each a string or a symbol; return them."
  (declare (ignore explain))
  (let ((systems (if (listp systems) systems (list systems))))
    (dolist (system systems systems)
      (let* ((name (asdf:coerce-name system))
             (*standard-output* (if silent (make-broadcast-stream) *standard-output*))
             (*trace-output* (if silent (make-broadcast-stream) *trace-output*)))
        (format t "~&To load ~S:~%  Load 1 ASDF system:~%    ~A~%; Loading ~S~%" name name name)
        (if *quickload-verbose*
            (asdf:load-system name :verbose t)
            (load-quietly name))
        (terpri)))))
