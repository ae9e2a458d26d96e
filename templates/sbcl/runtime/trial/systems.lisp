;;;; What a trial has to do with ASDF.

(in-package #:lisplaunch)

(defun try-component (component compile)
  (let* ((compiled (compiled-name component))
         (source (source-name component))
         (outputs (list compiled (record-name compiled))))
    (report-compilation source outputs)
    (unless (file-stat source)
      (write-finding :missing-file source
                     (sb-ext:native-namestring (definition-file component))))
    (if (own-p component)
        ;; All warnings are wanted, not those of the first file that has some.
        (let ((*warnings-refused* (and *checking*
                                       (eq asdf:*compile-file-failure-behaviour* :error)))
              (asdf:*compile-file-failure-behaviour* :ignore)
              (asdf:*compile-file-warnings-behaviour* :ignore))
          (try-file source compile))
        (funcall compile))))

(setf *around-compilation* 'try-component)

(defun system-exists-p (name)
  (or (asdf:find-system name nil)
      ;; Quicklisp would download it.
      (let ((find (and (find-package "QL-DIST") (find-symbol "FIND-SYSTEM" "QL-DIST"))))
        (and find (funcall find name)))))

(defun own-systems ()
  "The names of the project's own systems, as far as they can be known."
  (let ((files (loop for folder in *own-folders*
                     append (directory (merge-pathnames "*.asd" (sb-ext:native-pathname folder))))))
    (union (mapcar #'pathname-name files)
           (remove-if-not (lambda (name) (own-p (asdf:registered-system name)))
                          (asdf:registered-systems))
           :test #'string=)))
