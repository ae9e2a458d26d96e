;;;; What has opened or started something that an image cannot hold, so that it can be named.

(in-package #:lisplaunch)

(defvar *origins* (make-hash-table :test 'eq :weakness :key :synchronized t)
  "For streams, threads and timers, and for foreign libraries by name, the true name of the file
that was loaded or compiled when they came to be.")

(defparameter *watched-functions*
  '(open sb-sys:make-fd-stream sb-thread:make-thread sb-ext:make-timer)
  "Functions that return what *ORIGINS* is for.")

(defun note-origin (object)
  (let ((file (or *compile-file-truename* *load-truename*)))
    (when (and object file)
      (setf (gethash object *origins*) file))
    object))

(defun watch-origins ()
  "Notes from now on what opens and starts something."
  (dolist (name *watched-functions*)
    (sb-int:encapsulate name 'origins
                        (lambda (function &rest arguments)
                          (note-origin (apply function arguments)))))
  (sb-int:encapsulate 'sb-alien:load-shared-object 'origins
                      (lambda (function file &rest options)
                        (note-library-origin file)
                        (apply function file options))))

(defun forget-origins ()
  (dolist (name (cons 'sb-alien:load-shared-object *watched-functions*))
    (sb-int:unencapsulate name 'origins))
  (clrhash *origins*))

(defvar *library-origins* '()
  "The same for foreign libraries: conses of a native name and a file.")

(defun note-library-origin (library)
  (let ((file (or *compile-file-truename* *load-truename*)))
    (when file
      (pushnew (cons (sb-ext:native-namestring library) file) *library-origins*
               :key #'car :test #'string=))))

(defun origin-name (file)
  "FILE, a value of *ORIGINS*, for a person; NIL where that is."
  (and file
       (let ((system (and (fboundp 'system-of-file) (funcall 'system-of-file file))))
         (if system
             (format nil "the system ~a" system)
             (sb-ext:native-namestring file)))))

(defun origin (object)
  "What has opened or started OBJECT, for a person; NIL where that is not known."
  (origin-name (gethash object *origins*)))

(defun slot-values (object)
  "What the slots of OBJECT hold."
  (and (typep object '(or structure-object standard-object))
       (loop for slot in (sb-mop:class-slots (class-of object))
             for name = (sb-mop:slot-definition-name slot)
             when (slot-boundp object name) collect (slot-value object name))))

(defun holder (object)
  "The global variable that holds OBJECT, or an object with it in a slot, for a person; NIL where
there is none."
  (do-all-symbols (symbol)
    (when (and (own-variable-p symbol)
               (let ((value (symbol-value symbol)))
                 (or (eq value object) (member object (slot-values value) :test #'eq))))
      (return (with-usual-syntax (format nil "~(~s~)" symbol))))))

(defun own-variable-p (symbol)
  "Whether SYMBOL is a variable, and neither one of SBCL's nor of the runtime."
  (let ((package (symbol-package symbol)))
    (and (boundp symbol)
         (not (constantp symbol))
         package
         (not (eq package (find-package '#:lisplaunch)))
         (not (sb-impl::system-package-p package)))))
