;;;; Accepting connections on a socket that was handed, which other processes may share: a process
;;;; that leaves accepts none, so that each waits for one that answers it.

(in-package #:lisplaunch)

(defvar *accept-pause* 1/4
  "After how many seconds without a connection it is looked whether the acceptor is to stop. The
connection by which Hunchentoot wakes its own acceptor may be accepted by another process.")

(defvar *accept-lock* (sb-thread:make-mutex :name "lisplaunch accept")
  "What accepts a connection has it, until that is known.")

(defun accept-connection (listener)
  "A connection that waits at LISTENER, unless another process was first, or this one leaves."
  (sb-thread:with-mutex (*accept-lock*)
    (let ((connection (and (not *leaving*)
                           (handler-case (usocket:socket-accept listener)
                             (usocket:connection-aborted-error () nil)))))
      (when connection
        (note-connection connection :new))
      connection)))

(defun accept-handed-connections (accept acceptor)
  "Accepts connections for ACCEPTOR until it is to stop; ACCEPT does so on a socket of its own."
  (let* ((listener (listening-socket acceptor))
         (socket (usocket:socket listener)))
    (cond ((handed-socket-p socket)
           ;; Another process may accept what was there a moment ago.
           (setf (sb-bsd-sockets:non-blocking-mode socket) t)
           (loop until (or *leaving* (stopped-p acceptor))
                 do (when (sb-sys:wait-until-fd-usable
                           (sb-bsd-sockets:socket-file-descriptor socket)
                           :input *accept-pause* nil)
                      (let ((connection (accept-connection listener)))
                        (when connection
                          (limit-waits connection acceptor)
                          (serve-connection connection acceptor))))))
          (t
           (funcall accept acceptor)))))
