;;;; The files that the loaded systems are made from.

(in-package #:lisplaunch)

(defun system-files ()
  "The native names of the definitions and sources of all systems that are loaded."
  (loop for name in (asdf:already-loaded-systems)
        for system = (asdf:registered-system name)
        for files = (cons (asdf:system-source-file system)
                          (mapcar #'asdf:component-pathname
                                  (asdf::sub-components system :type 'asdf:source-file)))
        append (loop for file in files
                     when file collect (sb-ext:native-namestring file))))
