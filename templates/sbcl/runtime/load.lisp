;;;; Loads the runtime of lisplaunch, compiled: on the first start into the user's cache, from
;;;; there afterwards. The name of a compiled file holds the version of SBCL and a hash of the text
;;;; that it was made from, so that it can never be the wrong one. Where there is no cache the text
;;;; itself is loaded.

(in-package #:lisplaunch)

(defun folder-of (file)
  "The folder that FILE is in."
  (make-pathname :name nil :type nil :version nil :defaults file))

(defun this-folder ()
  "The folder of this file: by the name that it was loaded by, which a symbolic link may lead to,
unless that depends on the working folder."
  (if (eq (first (pathname-directory *load-pathname*)) :absolute)
      (folder-of *load-pathname*)
      (folder-of *load-truename*)))

(unless *folder*
  (setq *folder* (this-folder)))

(defun cache-folder ()
  "Where the user's compiled files of the runtime lie."
  (merge-pathnames "lisplaunch/" (user-folder "XDG_CACHE_HOME" ".cache/")))

(defun file-text (file)
  "The bytes of FILE, each as a character."
  (with-open-file (in file :external-format :latin-1)
    (let ((text (make-string (file-length in))))
      (subseq text 0 (read-sequence text in)))))

(defun part-fasl-name (source key)
  "The name of the compiled file of SOURCE. KEY is what it depends on beside the text and SBCL."
  (format nil "~a-~a-~36r.fasl"
          (pathname-name source)
          (substitute-if-not #\_ (lambda (char) (or (alphanumericp char) (find char ".-")))
                             (lisp-implementation-version))
          (sxhash (concatenate 'string (file-text source) key))))

(defun compile-part (source fasl)
  "Compiles SOURCE into FASL, which another process may do at the same time."
  (let ((new (format nil "~a.~d.~d" (sb-ext:native-namestring fasl) (sb-unix:unix-getpid)
                     (nth-value 1 (sb-ext:get-time-of-day))))
        (*standard-output* (make-broadcast-stream))
        (*error-output* (make-broadcast-stream)))
    (ensure-directories-exist fasl :mode #o700)
    (with-compilation-unit (:override t :policy '(optimize (speed 1) (safety 1) (debug 1)
                                                           (space 1) (compilation-speed 1)))
      (compile-file source :output-file (sb-ext:native-pathname new) :verbose nil :print nil))
    (sb-unix:unix-rename new (sb-ext:native-namestring fasl))))

(defun own-fasl-p (file)
  "Whether FILE exists and belongs to the user of this process."
  (eql (nth-value 5 (sb-unix:unix-stat (sb-ext:native-namestring file)))
       (sb-unix:unix-getuid)))

(defun load-compiled (source key)
  "Loads the compiled file of SOURCE, compiled first where it is missing. False where that cannot be
done."
  (ignore-errors
   (let ((fasl (merge-pathnames (sb-ext:native-pathname (part-fasl-name source key))
                                (cache-folder))))
     (unless (probe-file fasl)
       (compile-part source fasl))
     (and (own-fasl-p fasl)
          (handler-case (load fasl :verbose nil :print nil)
            ;; The next start makes it again.
            (error () (delete-file fasl) nil))))))

(defun load-source (source)
  (let ((sb-ext:*evaluator-mode* :compile))
    (load source :verbose nil :print nil)))

(defvar *parts* '()
  "The names of the parts of the runtime that are loaded, as they may be in a saved image.")

(defun load-part (name &optional (key ""))
  "Loads a part of the runtime, once. KEY is what its compiled file depends on beside the text and
SBCL."
  (unless (member name *parts* :test #'string=)
    (with-usual-syntax
      (let ((source (merge-pathnames (format nil "runtime/~a.lisp" name) *folder*)))
        (handler-bind ((warning #'muffle-warning))
          (or (load-compiled source key)
              (load-source source)))))
    (push name *parts*)))

(unwind-protect (load-part "core")
  (setq sb-ext:*evaluator-mode* *usual-evaluator-mode*))
