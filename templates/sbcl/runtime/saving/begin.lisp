;;;; The beginning of a process that saves the image of a service.

(in-package #:lisplaunch)

(defvar *recipe-file* nil
  "The native name of the file that says how the service is loaded from its sources.")

(defun recipe-file ()
  "What *RECIPE-FILE* is for the service: it lies where the runtime does."
  (destructuring-bind (&key project service profiles &allow-other-keys) *identity*
    (sb-ext:native-namestring
     (merge-pathnames (sb-ext:native-pathname
                       (format nil "~a~{+~a~}.recipe" (or service project) profiles))
                      *folder*))))

(defvar *recipe* nil
  "What *RECIPE-FILE* held when the image was saved.")

(defun read-recipe ()
  "What the file of the recipe holds now; NIL where there is none."
  (with-open-file (in (sb-ext:native-pathname *recipe-file*) :external-format :utf-8
                                                             :if-does-not-exist nil)
    (and in
         (with-usual-syntax
           (let ((*read-eval* nil))
             (read in))))))

(defun begin-saving ()
  "Remembers what the image will be compared with."
  (setf *building-since* (unix-time)
        *recipe-file* (recipe-file)
        *recipe* (read-recipe)
        *failure* "could not be built"
        *usual-nursery* (sb-ext:bytes-consed-between-gcs)
        *descriptors-before* (open-descriptors))
  (watch-origins))
