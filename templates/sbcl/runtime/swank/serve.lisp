;;;; The start of swank's server.

(in-package #:lisplaunch)

(define-condition port-in-use (error)
  ((port :initarg :port :reader port-in-use))
  (:report (lambda (condition stream)
             (write-string (port-hint (port-in-use condition)) stream))))

(defparameter *guards*
  '((swank::make-connection . connect-client)
    (swank::accept-connections . accept-client)
    (swank::spawn . spawn-guarded)
    (swank::read-loop . read-when-ready)
    (swank::close-connection% . close-cleanly)
    (swank::wait-for-event . wait-for-client)
    (swank/backend:send . send-to-living)
    (swank::queue-thread-interrupt . send-interrupt)
    (swank::invoke-or-queue-interrupt . take-interrupt))
  "Functions of swank and what is put around each. Where another version lacks one, the server does
without; none can ask for a secret without the first.")

(defun guard-server ()
  "Puts the guards around swank's functions."
  (loop for (name . guard) in *guards*
        do (encapsulate name guard)))

(defun prepare-secret (secret file)
  "Makes the secret in FILE if that is ours to do, and reports what is wrong with it."
  (when file
    (assert (fboundp 'swank::make-connection) () "this version of swank cannot ask for the secret")
    (when (and (eq secret :auto) (not (probe-file file)))
      (attempt (lambda () (make-secret file))))
    (attempt (lambda () (read-secret secret file)))))

(defun serve (&key (port 4005) (interface "127.0.0.1") (secret :slime) (dont-close t))
  "Starts swank's server. SECRET is :SLIME for SLIME's own rule, :AUTO for one that is made where
it is missing, the name of a file, or NIL."
  (let ((file (secret-file secret)))
    (setf *server* (list :port port :secret secret :file file :dont-close dont-close))
    (guard-server)
    (prepare-secret secret file)
    (handler-bind ((sb-bsd-sockets:address-in-use-error
                     (lambda (problem)
                       (declare (ignore problem))
                       (error 'port-in-use :port port))))
      (listen-for-clients :interface interface :port port))))
