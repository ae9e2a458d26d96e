;;;; Listening sockets that what starts the service holds, and hands to it: connections wait in them
;;;; while the service starts again. systemd hands them as the descriptors from 3 on, as
;;;; sd_listen_fds(3) says, and supervisord one as standard input.

(in-package #:lisplaunch)

(defvar *handed-sockets* '()
  "Lists of a port, the class of its sockets and the descriptor of the one that was handed.")

(defun http-socket (&optional port)
  "The descriptor of the listening socket that was handed to this process, for a server that takes
one. Of several it is that for PORT. NIL where there is none: the server listens by itself then."
  (third (if port
             (assoc port *handed-sockets*)
             (first *handed-sockets*))))

(defun socket-descriptor-p (descriptor)
  "Whether DESCRIPTOR is of a socket."
  (multiple-value-bind (known device inode mode) (sb-unix:unix-fstat descriptor)
    (declare (ignore device inode))
    (and known (= (logand mode #o170000) #o140000))))

(defun handed-descriptors ()
  "The descriptors of the sockets that were handed to this process."
  (append (and (socket-descriptor-p 0) '(0))
          (and (eql (environment-number "LISTEN_PID") (sb-unix:unix-getpid))
               (loop repeat (or (environment-number "LISTEN_FDS") 0)
                     for descriptor from 3 collect descriptor))))

(defun choose-handed-sockets ()
  "Finds out which sockets were handed. They are this process's alone, and not those of what it
starts."
  (let ((descriptors (handed-descriptors)))
    (mapc #'unset-environment '("LISTEN_PID" "LISTEN_FDS" "LISTEN_FDNAMES"))
    (when descriptors
      (load-sockets)
      (funcall 'keep-sockets descriptors))))
