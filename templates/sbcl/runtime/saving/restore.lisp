;;;; What must be made again where a saved image starts, since it belongs to the process that saved
;;;; it: standard streams, random numbers, foreign libraries, folders of the user.

(in-package #:lisplaunch)

(defparameter *standard-streams* '(sb-sys:*stdin* sb-sys:*stdout* sb-sys:*stderr* sb-sys:*tty*)
  "The variables in which SBCL keeps its standard streams.")

(defvar *streams-before* '()
  "What they held when the image was saved; code may hold the same streams.")

(defvar *usual-nursery* nil
  "How much is allocated between two garbage collections where the code sets nothing.")

(defvar *nursery* nil
  "The same as the code has set it; NIL where it has not.")

(defun note-what-to-restore ()
  (let ((nursery (sb-ext:bytes-consed-between-gcs)))
    (setf *streams-before* (mapcar #'symbol-value *standard-streams*)
          *nursery* (and (/= nursery *usual-nursery*) nursery)))
  (note-generators)
  (take-libraries)
  (when (fboundp 'note-swank-folder) (funcall 'note-swank-folder))
  (setf sb-ext:*init-hooks* (cons 'restore (remove 'restore sb-ext:*init-hooks*))))

(defun restore-streams ()
  "Makes the standard streams that were saved those of this process: what holds one of them would
write to memory that is gone."
  (loop for variable in *standard-streams*
        for before in *streams-before*
        for now = (symbol-value variable)
        do (when (and (typep before 'sb-sys:fd-stream) (typep now 'sb-sys:fd-stream))
             (copy-slots now before)
             (setf (symbol-value variable) before))))

(defun restore ()
  "Makes what the image holds of the process that saved it this process's own. SBCL calls it before
anything else of this image runs."
  (restore-streams)
  (renew-generators)
  (open-libraries)
  (when *nursery* (setf (sb-ext:bytes-consed-between-gcs) *nursery*)))

(defun begin-restored-process ()
  "Makes this process, which started with the image, that of the service."
  (begin-process)
  (check-libraries)
  (call-uiop "CALL-IMAGE-RESTORE-HOOK")
  (when (fboundp 'restore-swank-folder) (funcall 'restore-swank-folder)))

(defun call-uiop (name)
  "Calls the function NAME of UIOP, if that is there."
  (let ((function (and (find-package "UIOP") (find-symbol name "UIOP"))))
    (when (and function (fboundp function))
      (funcall function))))
