;;;; The files that the loaded systems are made from.

(in-package #:lisplaunch)

(defun loaded-systems ()
  (mapcar #'asdf:registered-system (loaded-system-names)))

(defun source-components (system)
  (asdf::sub-components system :type 'asdf:source-file))

(defun compiled-from (component)
  "The inputs that the compiled file of COMPONENT was made from; NIL where that is not known."
  (and (own-p component)
       (typep component 'asdf:cl-source-file)
       (getf (read-record (compiled-name component)) :inputs)))

(defun component-files (component)
  "The native names of the source of COMPONENT and, where that is known, of what the compiler read
because of it."
  (cons (source-name component)
        (mapcar #'car (compiled-from component))))

(defun system-files ()
  "The native names of the files that all systems are made from which are loaded; of those too that
are not there, and of which ASDF would take notice."
  (loop for system in (loaded-systems)
        for definition = (asdf:system-source-file system)
        append (overriding-definitions system)
        when definition collect (sb-ext:native-namestring definition)
        append (mapcan #'component-files (source-components system))))

(defun changed-component-file ()
  "The native name of a source of the project's own that is not what was compiled from it; NIL where
there is none."
  (loop for system in (loaded-systems)
        for inputs = (mapcan (lambda (component) (copy-list (compiled-from component)))
                             (source-components system))
        for changed = (find-if #'input-changed-p inputs)
        when changed return (first changed)))

(defun overriding-definitions (system)
  "The native names of the files that do not exist, and would define SYSTEM if they did."
  (let ((file (make-pathname :name (asdf:primary-system-name system) :type "asd")))
    (loop for folder in (registry-folders)
          for candidate = (merge-pathnames file folder)
          until (probe-file candidate)
          collect (sb-ext:native-namestring candidate))))

(defun registry-folders ()
  "The folders that ASDF looks for definitions in before all others."
  (loop for entry in asdf:*central-registry*
        for folder = (ignore-errors (pathname (eval entry)))
        when folder collect (merge-pathnames (uiop:ensure-directory-pathname folder))))

(defun system-of-file (file)
  "The name of the loaded system that FILE, a true name, is a source or a compiled file of; NIL
where there is none."
  (flet ((made-from-p (component)
           (and (string-equal (pathname-name file)
                              (pathname-name (asdf:component-pathname component)))
                (member file (cons (asdf:component-pathname component)
                                   (asdf:output-files 'asdf:compile-op component))
                        :key #'probe-file :test #'equal))))
    (loop for system in (loaded-systems)
          when (some #'made-from-p (source-components system))
            return (asdf:component-name system))))
