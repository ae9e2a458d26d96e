;;;; Servers listen on the sockets that were handed: what binds a socket to the port of one gets that
;;;; one in its place.

(in-package #:lisplaunch)

(defun local-address (descriptor)
  "The family and the port of DESCRIPTOR, a socket of the internet; NIL of anything else."
  (sb-alien:with-alien ((address (array sb-alien:unsigned-char 128))
                        (size sb-alien:unsigned-int 128))
    (flet ((octet (index) (sb-alien:deref address index)))
      (and (zerop (sb-alien:alien-funcall
                   (sb-alien:extern-alien "getsockname" (function sb-alien:int sb-alien:int
                                                                  (* t) (* t)))
                   descriptor (sb-alien:addr address) (sb-alien:addr size)))
           ;; The family is below 256, whatever the order of its octets.
           (values (logior (octet 0) (octet 1))
                   (+ (* 256 (octet 2)) (octet 3)))))))

(defun close-on-exec (descriptor)
  "Keeps DESCRIPTOR from programs that this process starts."
  (let ((set-flags 2) (flag 1))
    (sb-alien:alien-funcall
     (sb-alien:extern-alien "fcntl" (function sb-alien:int sb-alien:int sb-alien:int sb-alien:int))
     descriptor set-flags flag)))

(defun put-in-place (from to)
  "Makes the descriptor TO another one of what FROM is open on."
  (sb-alien:alien-funcall
   (sb-alien:extern-alien "dup2" (function sb-alien:int sb-alien:int sb-alien:int)) from to))

(defun spare-input (descriptor)
  "The descriptor, or another one of the same socket: as standard input there is nothing to read
then."
  (if (plusp descriptor)
      descriptor
      (let ((socket (sb-unix:unix-dup descriptor))
            (null (sb-unix:unix-open "/dev/null" sb-unix:o_rdonly 0)))
        (put-in-place null descriptor)
        (sb-unix:unix-close null)
        socket)))

(defun keep-sockets (descriptors)
  "Keeps those of DESCRIPTORS that are sockets of the internet, for what will listen on their ports."
  (dolist (descriptor descriptors)
    (multiple-value-bind (family port) (local-address descriptor)
      (let ((class (cond ((eql family sb-bsd-sockets-internal::af-inet)
                          'sb-bsd-sockets:inet-socket)
                         ((eql family sb-bsd-sockets-internal::af-inet6)
                          'sb-bsd-sockets:inet6-socket))))
        (when class
          (let ((descriptor (spare-input descriptor)))
            (close-on-exec descriptor)
            (push (list port class descriptor) *handed-sockets*))))))
  (encapsulate 'sb-bsd-sockets:socket-bind #'bind-or-take)
  (encapsulate 'sb-bsd-sockets:socket-listen #'listen-unless-handed))

(defun bind-or-take (bind socket &rest address)
  "Binds SOCKET to ADDRESS, or makes it the one that was handed for that port."
  (destructuring-bind (&optional port class descriptor) (assoc (second address) *handed-sockets*)
    (cond ((and port (typep socket class))
           (let ((own (sb-bsd-sockets:socket-file-descriptor socket)))
             (put-in-place descriptor own)
             (close-on-exec own))
           (guard-servers))
          (t
           (apply bind socket address)))))

(defun handed-socket-p (socket)
  "Whether SOCKET is one that was handed, in the place of its own."
  (multiple-value-bind (family port)
      (local-address (sb-bsd-sockets:socket-file-descriptor socket))
    (declare (ignore family))
    (typep socket (or (second (assoc port *handed-sockets*)) nil))))

(defun listen-unless-handed (listen socket backlog)
  "Lets SOCKET listen. One that was handed does, with the longer queue that it needs while the
service starts again."
  (unless (handed-socket-p socket)
    (funcall listen socket backlog)))

(defun guard-servers ()
  "Sees that a server which has taken a socket answers what it has accepted before the process ends."
  (when (find-package "HUNCHENTOOT")
    (load-part "hunchentoot" (hunchentoot-version))
    (funcall 'guard-hunchentoot)))
