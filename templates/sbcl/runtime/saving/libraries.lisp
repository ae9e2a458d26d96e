;;;; Foreign libraries. SBCL opens them before anything else is done, and says little where one is
;;;; missing; so they are left out of what it opens, and opened here.

(in-package #:lisplaunch)

(defvar *libraries* '()
  "The foreign libraries of the image: the native name of each, and what opened it, or NIL.")

(defvar *missing-libraries* '()
  "What is said of those that could not be opened.")

(defun take-libraries ()
  "Leaves it to OPEN-LIBRARIES to open the libraries of the image."
  (dolist (name (foreign-library-names))
    (sb-alien:load-shared-object (sb-ext:native-pathname name) :dont-save t)
    (push (list name (origin-name (cdr (assoc name *library-origins* :test #'string=))))
          *libraries*))
  (setf *libraries* (reverse *libraries*)))

(defun open-libraries ()
  "Opens all libraries that can be opened."
  (setf *missing-libraries*
        (loop for (name origin) in *libraries*
              for problem = (library-problem name)
              when problem
                collect (format nil "~a~@[, which ~a uses~]: ~a" name origin problem))))

(defun library-problem (name)
  "Opens the library NAME; why that failed, or NIL."
  (handler-case (progn (sb-alien:load-shared-object (sb-ext:native-pathname name) :dont-save t)
                       nil)
    (error (condition) (string-right-trim "." (condition-line condition)))))

(defun check-libraries ()
  "Signals an error if a library could not be opened."
  (when *missing-libraries*
    (error "a foreign library is missing: ~{~a~^; ~}" *missing-libraries*)))
