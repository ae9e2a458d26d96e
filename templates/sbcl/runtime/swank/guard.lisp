;;;; A server that cannot hurt the service: swank's own, with these functions around it.

(in-package #:lisplaunch)

(defvar *newcomers* '()
  "Clients that have not yet been let in, the oldest first.")

(defvar *newcomers-lock* (sb-thread:make-mutex :name "swank newcomers"))

(defvar *server* '()
  "A property list: :PORT, :SECRET as given, :FILE of the secret, :DONT-CLOSE.")

(defun log-problem (problem)
  "Writes a line about PROBLEM to the log."
  (ignore-errors
   (let ((*print-pretty* nil))
     (write-string (format nil "~&;; swank: ~a~%" problem) *error-output*))
   (finish-output *error-output*)))

(defun attempt (work)
  "Calls WORK; true if nothing went wrong, else that is logged."
  (handler-case (progn (funcall work) t)
    (serious-condition (problem) (log-problem problem))))

(defun check-client (client)
  "Signals an error unless CLIENT may come in."
  (sb-sys:with-deadline (:seconds 5)
    (let ((file (getf *server* :file)))
      (when file
        (let ((secret (read-secret (getf *server* :secret) file)))
          (when secret (check-secret client secret)))))
    ;; A port scanner leaves without a word.
    (unless (listen client)
      (sb-sys:wait-until-fd-usable (sb-sys:fd-stream-fd client) :input nil nil)
      (unless (listen client) (error "a client left without a word")))))

(defun shut-down (client)
  "Lets CLIENT read the end of its input."
  (sb-alien:alien-funcall
   (sb-alien:extern-alien "shutdown" (function sb-alien:int sb-alien:int sb-alien:int))
   (sb-sys:fd-stream-fd client) 2))

(defun enter-newcomer (client)
  "Counts CLIENT among the newcomers. The oldest makes room."
  (sb-thread:with-mutex (*newcomers-lock*)
    (setf *newcomers* (append *newcomers* (list client)))
    (when (nthcdr 64 *newcomers*)
      (shut-down (pop *newcomers*)))))

(defun leave-newcomers (client)
  (sb-thread:with-mutex (*newcomers-lock*)
    (setf *newcomers* (remove client *newcomers*))))

(defun serve-client (socket client style)
  (if (attempt (lambda ()
                 (swank::serve-requests (swank::make-connection socket client style))))
      (unless (getf *server* :dont-close)
        (swank:stop-server (getf *server* :port)))
      (ignore-errors (close client :abort t))))

(defun accept-client (socket style)
  (let ((client (swank::accept-connection socket :buffering t)))
    (enter-newcomer client)
    (swank::spawn (lambda () (serve-client socket client style)) :name "swank newcomer")))

(defun spawn-guarded (spawn work &rest options)
  "An error in a thread of swank's own ends that thread alone."
  (flet ((guarded ()
           (let ((sb-ext:*invoke-debugger-hook*
                   (lambda (problem hook)
                     (declare (ignore hook))
                     (log-problem problem)
                     (sb-thread:abort-thread))))
             (funcall work))))
    (apply spawn #'guarded options)))

(defun close-guarded (close connection &rest reason)
  "What the client no longer takes cannot be flushed."
  (flet ((close-it () (apply close connection reason)))
    (unless (attempt #'close-it)
      (close (swank::connection.socket-io connection) :abort t)
      (attempt #'close-it))))

(defun accept-guarded (original socket style &rest options)
  (declare (ignore original options))
  (unless (attempt (lambda () (accept-client socket style))) (sleep 1)))

(defun connect-guarded (connect socket client &rest style)
  "Every client comes through here, however it was accepted."
  (unwind-protect (check-client client) (leave-newcomers client))
  (apply connect socket client style))

(defun serve (&key (port 4005) (interface "127.0.0.1") (secret :slime) (dont-close t))
  "Starts swank's server. SECRET is :SLIME for SLIME's own rule, :AUTO for one that is made where
it is missing, the name of a file, or NIL."
  (let ((file (secret-file secret)))
    (setf *server* (list :port port :secret secret :file file :dont-close dont-close))
    ;; Otherwise the first SLIME connection undoes --disable-debugger for good.
    (setf swank:*global-debugger* nil)
    (encapsulate 'swank::spawn #'spawn-guarded)
    (encapsulate 'swank::close-connection% #'close-guarded)
    (encapsulate 'swank::accept-connections #'accept-guarded)
    (unless (encapsulate 'swank::make-connection #'connect-guarded)
      (assert (member secret '(nil :slime)) ()
              "this version of swank cannot ask for the secret"))
    (when (and (eq secret :auto) (not (probe-file file)))
      (attempt (lambda () (make-secret file))))
    (when file
      (attempt (lambda () (read-secret secret file))))
    (swank:create-server :interface interface :port port :style :spawn :dont-close t
                         :backlog 1024)))
