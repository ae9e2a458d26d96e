;;;; What must be made anew where a saved image starts, since it belongs to the process that saved
;;;; it: random numbers, standard streams, folders of the user.

(in-package #:lisplaunch)

(defvar *random-states* '()
  "All states of random generators in the image.")

(defvar *stream-variables* '()
  "Variables that hold a standard stream itself: (SYMBOL . NAME), where NAME is of the variable of
SBCL that holds the new one.")

(defparameter *standard-streams* '(sb-sys:*stdin* sb-sys:*stdout* sb-sys:*stderr* sb-sys:*tty*))

(defun own-variable-p (symbol)
  "Whether SYMBOL is a variable, and not one of SBCL's."
  (let ((package (symbol-package symbol)))
    (and (boundp symbol)
         (not (constantp symbol))
         package
         (not (sb-impl::system-package-p package)))))

(defun find-stream-variables ()
  (let ((found '()))
    (do-all-symbols (symbol found)
      (when (own-variable-p symbol)
        (let ((name (find (symbol-value symbol) *standard-streams* :key #'symbol-value)))
          (when name (pushnew (cons symbol name) found :key #'car)))))))

(defun note-what-to-restore ()
  (setf *random-states* (objects-of-type 'random-state)
        *stream-variables* (find-stream-variables)))

(defun call-uiop (name)
  "Calls the function NAME of UIOP, if that is there."
  (let ((function (and (find-package "UIOP") (find-symbol name "UIOP"))))
    (when (and function (fboundp function))
      (funcall function))))

(defun restore ()
  "Makes what the image holds of the process that saved it this process's own."
  (mapc #'renew-random-state *random-states*)
  (loop for (symbol . name) in *stream-variables*
        do (setf (symbol-value symbol) (symbol-value name)))
  (call-uiop "CALL-IMAGE-RESTORE-HOOK"))
