;;;; Loads the runtime of lisplaunch, compiled: on the first start into the user's cache, from
;;;; there afterwards. The name of a compiled file holds the version of SBCL and a hash of the text
;;;; that it was made from, so that it can never be the wrong one.
;;;;
;;;; This file is read by SBCL's interpreter where there is one: compiling it would take longer
;;;; than all that it does.

(in-package #:lisplaunch)

(defvar *usual-evaluator-mode*)
(setq *usual-evaluator-mode* sb-ext:*evaluator-mode*)
(if (find-package "SB-EVAL") (setq sb-ext:*evaluator-mode* :interpret))

(defvar *folder* (make-pathname :name nil :type nil :version nil
                                :defaults (merge-pathnames *load-pathname*))
  "The folder `.lisplaunch`, as the command line names it.")

(defun file-text (file)
  "The bytes of FILE, each as a character."
  (with-open-file (in file :external-format :latin-1)
    (let ((text (make-string (file-length in))))
      (subseq text 0 (read-sequence text in)))))

(defun cache-folder ()
  "Where the user's compiled files of the runtime lie."
  (let ((named (sb-ext:posix-getenv "XDG_CACHE_HOME")))
    (merge-pathnames "lisplaunch/"
                     (if (and named (string/= named ""))
                         (sb-ext:parse-native-namestring named nil *default-pathname-defaults*
                                                         :as-directory t)
                         (merge-pathnames ".cache/" (user-homedir-pathname))))))

(defun compiled-file (source key)
  "The compiled file of SOURCE, compiled first where it is missing; NIL where that cannot be done.
KEY is what it depends on beside the text and SBCL."
  (ignore-errors
   (let* ((hash (sxhash (concatenate 'string (file-text source) key)))
          (name (format nil "~a-~a-~36r.fasl" (pathname-name source)
                        (substitute-if-not #\_ (lambda (c) (or (alphanumericp c) (find c ".-")))
                                           (lisp-implementation-version))
                        hash))
          (fasl (merge-pathnames (sb-ext:native-pathname name) (cache-folder)))
          (new (format nil "~a.~d" (sb-ext:native-namestring fasl) (sb-unix:unix-getpid))))
     (unless (probe-file fasl)
       (ensure-directories-exist fasl :mode #o700)
       (let ((*standard-output* (make-broadcast-stream))
             (*error-output* (make-broadcast-stream)))
         (compile-file source :output-file (sb-ext:native-pathname new)))
       (sb-unix:unix-rename new (sb-ext:native-namestring fasl)))
     fasl)))

(defun load-part (name &optional (key ""))
  "Loads a part of the runtime. KEY is what its compiled file depends on beside the text and SBCL."
  (let* ((source (merge-pathnames (concatenate 'string "runtime/" name ".lisp") *folder*))
         (fasl (compiled-file source key))
         (*package* *package*)
         (*readtable* (copy-readtable nil)))
    (handler-bind ((warning #'muffle-warning))
      (or (and fasl (ignore-errors (load fasl)))
          (load source)))))

(load-part "core")

(setq sb-ext:*evaluator-mode* *usual-evaluator-mode*)
