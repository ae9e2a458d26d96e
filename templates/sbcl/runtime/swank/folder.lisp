;;;; Where swank keeps what it compiles because SLIME asks for it: below the home folder of the user,
;;;; which need not be that of the user who has saved the image.

(in-package #:lisplaunch)

(defvar *swank-folder* nil
  "That folder where the image was saved; NIL where the code has chosen another one.")

(defun swank-loader-value (name)
  "The value of the variable or the function NAME of swank's loader; NIL where there is none."
  (let ((symbol (and (find-package "SWANK-LOADER") (find-symbol name "SWANK-LOADER"))))
    (cond ((null symbol) nil)
          ((fboundp symbol) (funcall symbol))
          ((boundp symbol) (symbol-value symbol)))))

(defun note-swank-folder ()
  "Remembers it."
  (let ((usual (swank-loader-value "DEFAULT-FASL-DIR")))
    (setf *swank-folder* (and (equal usual (swank-loader-value "*FASL-DIRECTORY*")) usual))))

(defun restore-swank-folder ()
  "Makes it that of the present user."
  (when *swank-folder*
    (let ((now (swank-loader-value "DEFAULT-FASL-DIR")))
      (flet ((below-now (folder)
               (merge-pathnames (enough-namestring folder *swank-folder*) now)))
        (setf (symbol-value (find-symbol "*FASL-DIRECTORY*" "SWANK-LOADER")) now
              swank::*load-path* (mapcar #'below-now swank::*load-path*))))))
