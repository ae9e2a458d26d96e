;;;; The systems that a check needs: whether each is there, before any is loaded.

(in-package #:lisplaunch)

(defmethod asdf:output-files :around ((operation asdf:compile-op) (component asdf:cl-source-file))
  (if (own-p component)
      (values (loop for file in (call-next-method)
                    collect (sb-ext:native-pathname (output-name (sb-ext:native-namestring file))))
              t)
      (call-next-method)))

(defun systems-exist-p (names)
  "Whether there are systems of NAMES, and those that the project's own ones among them depend on.
Reports those that there are not."
  (let ((missing (missing-systems names)))
    (when missing
      (let ((known (known-systems)))
        (loop for (name . definition) in missing
              do (write-finding :unknown-system name known definition)))
      (write-finding :searched (searched-places)))
    (null missing)))

(defun missing-systems (names)
  "Those that do not exist, each a cons of its name and the file of the system that depends on it."
  (let ((seen '())
        (missing '()))
    (labels ((visit (name definition)
               (unless (member name seen :test #'string=)
                 (push name seen)
                 (if (system-exists-p name)
                     (visit-dependencies (asdf:registered-system name))
                     (push (cons name definition) missing))))
             (visit-dependencies (system)
               (when (and system (own-p system))
                 (let ((definition (sb-ext:native-namestring (definition-file system))))
                   (dolist (name (dependencies system))
                     (visit name definition))))))
      (dolist (name names)
        (visit name nil)))
    (reverse missing)))

(defun dependencies (system)
  "The names of the systems that SYSTEM depends on."
  (remove nil (mapcar #'dependency-name (append (asdf:system-defsystem-depends-on system)
                                                (asdf:system-depends-on system)))))

(defun dependency-name (dependency)
  (cond ((atom dependency) (asdf:coerce-name dependency))
        ((eq (first dependency) :version) (dependency-name (second dependency)))
        ((and (eq (first dependency) :feature) (uiop:featurep (second dependency)))
         (dependency-name (third dependency)))))

(defun known-systems ()
  "The names of all systems that could be loaded, as far as they can be known."
  (remove-duplicates
   (append (own-systems)
           (asdf:registered-systems)
           (in-central-registry)
           (ignore-errors (loop for name being the hash-keys of (source-registry) collect name))
           (in-quicklisp))
   :test #'string=))

(defun in-central-registry ()
  (loop for folder in (central-registry)
        append (mapcar #'pathname-name (directory (merge-pathnames "*.asd" folder)))))

(defun central-registry ()
  "The folders that ASDF's central registry names."
  (loop for entry in asdf:*central-registry*
        for folder = (ignore-errors (if (typep entry '(or string pathname)) entry (eval entry)))
        when folder
          collect (if (stringp folder) (sb-ext:native-pathname folder) folder)))

(defun in-quicklisp ()
  (let ((systems (quicklisp-function "PROVIDED-SYSTEMS"))
        (name (quicklisp-function "NAME")))
    (and systems name
         (ignore-errors (mapcar name (funcall systems t))))))

(defun quicklisp-function (name)
  (let ((symbol (and (find-package "QL-DIST") (find-symbol name "QL-DIST"))))
    (and symbol (fboundp symbol) symbol)))

(defun searched-places ()
  "Where systems were searched: native names of folders, those below which all were searched with a
/** at their ends, and what else there is."
  (append (mapcar #'sb-ext:native-namestring (central-registry))
          (ignore-errors
           (loop for (folder . options) in (flat-source-registry)
                 when (probe-file folder)
                   collect (format nil "~a~:[~;**~]" (sb-ext:native-namestring folder)
                                   (getf options :recurse))))
          (and (find-package "QL-DIST") (list "Quicklisp"))))
