;;;; Saving the image.

(in-package #:lisplaunch)

(defun prepare-start (swank)
  "Does what every start of the image would do: loads the other parts, whose files may not be there
then, and puts the guards of swank's server in place if SWANK is true."
  ;; An sbcl may come without its libraries; a start that needs them says so.
  (ignore-errors (load-sockets))
  (when (find-package "HUNCHENTOOT")
    (load-part "hunchentoot" (hunchentoot-version)))
  (when swank
    (load-part "swank" (swank-version))
    (funcall 'guard-server)
    (funcall 'warm-server)))

(defun save-core (file &key manifest depends compression executable swank)
  "Saves this image in FILE and ends the process. MANIFEST is the file that says what the image was
made from, DEPENDS lists further files of that; without MANIFEST nothing is compared where the image
starts. COMPRESSION is a level of zstd; EXECUTABLE puts the program into the file, too. SWANK is true
if the image will start swank's server."
  (prepare-to-save compression swank)
  (when manifest
    (setf *inputs-of-core* (mapcar #'input (core-files depends)))
    (check-unchanged depends)
    (write-manifest manifest *recipe-file* *inputs-of-core*))
  (clear-image)
  (save-image file compression executable))

(defun prepare-to-save (compression swank)
  (prepare-start swank)
  (when compression (check-compression)))

(defun clear-image ()
  "Takes out of the image what belongs to this process alone."
  (call-uiop "CALL-IMAGE-DUMP-HOOK")
  (close-random-source)
  (check-saveable)
  (note-what-to-restore)
  (forget-origins)
  ;; Again: a question to ASDF for a file makes it decide where the builder's are.
  (call-uiop "CLEAR-CONFIGURATION")
  (setf *phase* nil
        *pid* nil
        *since* nil
        *failure* *usual-failure*
        *package* (find-package '#:cl-user)))
