;;;; The state of the service in a file, for those who cannot ask the image: swank may be off, the
;;;; start not have come so far, or the process be gone.

(in-package #:lisplaunch)

(defvar *state-file* nil
  "The native name of the file; NIL where there is none.")

(defun state-folder ()
  "Where the user's programs keep what they must remember."
  (user-folder "XDG_STATE_HOME" ".local/state/"))

(defun state-name (&key file profiles service &allow-other-keys)
  "The name of the state file of SERVICE, which FILE describes."
  (format nil "~a~{+~a~}~@[@~a~]" (substitute #\% #\/ file) profiles service))

(defun choose-state-file ()
  "Decides where the state is written. A service without a project file has no such place, nor has
one whose name is too long for a file."
  (let ((name (and (getf *identity* :file) (apply #'state-name *identity*))))
    (when (and name (<= (length (sb-ext:string-to-octets name :external-format :utf-8)) 255))
      (ignore-errors
       (let ((folder (merge-pathnames "lisplaunch/services/" (state-folder))))
         (ensure-directories-exist folder :mode #o700)
         (setf *state-file*
               (concatenate 'string (sb-ext:native-namestring folder) name)))))))

(defun write-private-file (text file)
  "Writes TEXT into FILE, a native name, whole or not at all; only this user can read it."
  (let ((new (format nil "~a.~d" (subseq file 0 (1+ (position #\/ file :from-end t)))
                     (sb-unix:unix-getpid)))
        (written nil))
    (unwind-protect
         (progn
           (with-open-stream (stream (create-private-file new))
             (write-string text stream))
           (setf written (sb-unix:unix-rename new file)))
      (unless written (sb-unix:unix-unlink new)))))

(defun state-text ()
  "The state of the service as a client reads it."
  (with-usual-syntax
    (format nil "~s~%" (list* :version *version* (image)))))

(defun read-state ()
  "What the state file holds; NIL where there is none to read."
  (with-open-file (stream (sb-ext:native-pathname *state-file*) :external-format :utf-8
                                                                :if-does-not-exist nil)
    (with-usual-syntax
      (let ((*read-eval* nil))
        (and stream (read stream))))))

(defun held-by-other-p ()
  "Whether the state file is of another process of this service, which runs and is ready."
  ;; The file may hold anything.
  (ignore-errors
   (destructuring-bind (&key pid started phase &allow-other-keys) (read-state)
     (and (eq phase :ready)
          (/= pid (sb-unix:unix-getpid))
          (eql started (start-time-of pid))))))

(defun write-state ()
  "Writes the state file. Where that fails once it is not tried again: the service goes on. A second
process that does not become ready leaves it to the first."
  (when (and *state-file*
             (or (eq *phase* :ready) (not (held-by-other-p))))
    (handler-case (write-private-file (state-text) *state-file*)
      (serious-condition () (setf *state-file* nil)))))
