;;;; What a client of swank must know: the first line of a file, read again for each client.

(in-package #:lisplaunch)

(defvar *server* '()
  "How the server was started: :PORT, :SECRET as given, :FILE of the secret, :DONT-CLOSE.")

(defun secret-file (secret)
  "The file that SECRET, an argument of START-SWANK, means; NIL where clients are not asked."
  (case secret
    ((nil) nil)
    (:slime (merge-pathnames ".slime-secret" (user-homedir-pathname)))
    (:auto (let ((project (getf *identity* :project)))
             (merge-pathnames (sb-ext:native-pathname
                               (format nil "lisplaunch/secrets/~a/~a" project
                                       (or (getf *identity* :service) project)))
                              (state-folder))))
    (t (sb-ext:native-pathname secret))))

(defun secret-to-ask-for ()
  "The bytes of the secret that a client must know now; NIL where clients are not asked."
  (let ((file (getf *server* :file)))
    (when file (read-secret (getf *server* :secret) file))))

(defun make-secret (file)
  "Writes a random secret into FILE, which only this user can read."
  (ensure-directories-exist file :mode #o700)
  (with-open-file (random "/dev/urandom" :element-type '(unsigned-byte 256))
    (with-open-stream
        (out (sb-sys:make-fd-stream
              (sb-posix:open file (logior sb-posix:o-creat sb-posix:o-excl sb-posix:o-wronly)
                             #o600)
              :output t :buffering :full))
      (format out "~(~64,'0x~)~%" (read-byte random)))))

(defun check-private (what stat closed)
  "Signals an error if WHAT, with STAT, belongs to another user or one of the permission bits
CLOSED is set."
  (unless (and (= (sb-posix:stat-uid stat) (sb-posix:geteuid))
               (not (logtest (sb-posix:stat-mode stat) closed)))
    (error "~a must belong to the user of this process and be closed to others: chmod go= ~:*~a"
           what)))

(defun read-secret (kind file)
  "The bytes of the secret in FILE; NIL where there is none to ask for. Every error in here keeps
the client out."
  (when (eq kind :auto)
    (let ((folder (sb-ext:native-namestring (make-pathname :name nil :type nil :defaults file))))
      (check-private folder (sb-posix:stat folder) #o022)))
  (with-open-file (in file :external-format :latin-1
                           :if-does-not-exist (if (eq kind :slime) nil :error))
    (when in
      (if (eq kind :slime)
          ;; Swank and SLIME take such a file.
          (attempt (lambda () (check-private file (sb-posix:fstat in) #o077)))
          (check-private file (sb-posix:fstat in) #o077))
      (let ((line (read-line in nil "")))
        (when (string= line "") (error "the first line of ~a is empty" file))
        (map 'list #'char-code line)))))

(defun check-secret (client secret)
  "Signals an error unless the first packet of CLIENT is SECRET. No more is read than the secret
is long; comparing takes as long for any."
  (flet ((next (count) (loop repeat count collect (read-byte client))))
    (unless (and (string-equal (map 'string #'code-char (next 6))
                               (format nil "~6,'0x" (length secret)))
                 (zerop (reduce #'logior (mapcar #'logxor (next (length secret)) secret))))
      (error "a client does not know the secret"))))
