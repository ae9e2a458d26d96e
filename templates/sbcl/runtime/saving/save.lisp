;;;; Saving the image.

(in-package #:lisplaunch)

(defun load-all-parts ()
  "Loads what the start would load: where the image starts these files may not be there."
  ;; An sbcl may come without its libraries; a start that needs them says so.
  (ignore-errors (load-sockets))
  (when (find-package "SWANK")
    (load-part "swank" (swank-version))))

(defun save-core (file &key manifest depends compression executable)
  "Saves this image in FILE and ends the process. MANIFEST is the file that says what the image was
made from, DEPENDS lists further files of that; without MANIFEST nothing is compared where the image
starts. COMPRESSION is a level of zstd; EXECUTABLE puts the program into the file, too."
  (prepare-to-save compression)
  (when manifest
    (setf *inputs-of-core* (mapcar #'input (core-files depends)))
    (check-unchanged depends)
    (write-manifest manifest *recipe-file* *inputs-of-core*))
  (clear-image)
  (save-image file compression executable))

(defun prepare-to-save (compression)
  "Loads what the image needs besides, and sees whether it can be compressed as asked."
  (load-all-parts)
  (when compression (check-compression)))

(defun clear-image ()
  "Takes out of the image what belongs to this process alone."
  (call-uiop "CALL-IMAGE-DUMP-HOOK")
  (close-random-source)
  (check-saveable)
  (note-what-to-restore)
  (forget-origins)
  (setf *phase* nil
        *pid* nil
        *since* nil
        *failure* *usual-failure*
        *package* (find-package '#:cl-user)))
