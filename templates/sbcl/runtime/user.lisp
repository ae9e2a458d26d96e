;;;; What the user of this process has set, as far as the runtime must know it or keep clear of it.

(in-package #:lisplaunch)

(defvar *folder* nil
  "The folder `.lisplaunch`; NIL in an image that did not load the runtime from it.")

(defmacro with-usual-syntax (&body body)
  "Evaluates BODY with the syntax of the standard, whatever the user's initialization file sets."
  `(with-standard-io-syntax
     (let ((*print-readably* nil))
       ,@body)))

(defun user-folder (variable default)
  "The folder that the environment names in VARIABLE, or else DEFAULT in the user's home folder."
  (let ((named (sb-ext:posix-getenv variable)))
    (if (and named (eql (mismatch "/" named) 1))
        (sb-ext:parse-native-namestring named nil *default-pathname-defaults* :as-directory t)
        (merge-pathnames default (user-homedir-pathname)))))
