;;;; The libraries of the project's systems, loaded before the project's own files are there: only
;;;; the definitions of its systems. Where the image of a container is made they are a layer of it,
;;;; which lasts until a definition changes.

(in-package #:lisplaunch)

(defun needed-name (dependency)
  "The name of the system that DEPENDENCY, of the definition of a system, is on; NIL where it is on
none."
  (if (atom dependency)
      (asdf:coerce-name dependency)
      (destructuring-bind (kind what &optional guarded) dependency
        (ecase kind
          (:version (asdf:coerce-name what))
          (:feature (and (uiop:featurep what) (needed-name guarded)))
          (:require nil)))))

(defun needed-names (system)
  (remove nil (mapcar #'needed-name (append (asdf:system-defsystem-depends-on system)
                                            (asdf:system-weakly-depends-on system)
                                            (asdf:system-depends-on system)))))

(defun own-system-name-p (name)
  "Whether the project's own folders define the system NAME, or the one that it is a part of."
  (let ((system (asdf:find-system (asdf:primary-system-name name) nil)))
    (and system (own-p system))))

(defun library-names (names)
  "The names of the libraries that the systems called NAMES need, and of those of NAMES that are
libraries. What is defined by a file that is not there yet needs nothing."
  (loop with seen = '()
        for name = (pop names)
        while name
        unless (member name seen :test #'string=)
          do (push name seen)
          and if (own-system-name-p name)
                do (let ((system (ignore-errors (asdf:find-system name nil))))
                     (when system
                       (setf names (append (needed-names system) names))))
              else collect name))

(defun load-libraries (load-system &rest systems)
  "Loads with the function LOAD-SYSTEM the libraries that SYSTEMS need, and ends the process."
  (mapc load-system (library-names (mapcar #'asdf:coerce-name systems)))
  (end-process 0))
