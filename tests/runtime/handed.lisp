;;;; Sockets that are handed to a process, at real sockets.

(require :sb-bsd-sockets)

(in-package #:lisplaunch)

(defun socket-on (class address port)
  "A new socket that is bound to PORT."
  (let ((socket (make-instance class :type :stream :protocol :tcp)))
    (sb-bsd-sockets:socket-bind socket address port)
    socket))

(defun port-of (socket)
  (nth-value 1 (sb-bsd-sockets:socket-name socket)))

(defvar *held* (socket-on 'sb-bsd-sockets:inet-socket #(127 0 0 1) 0)
  "What a manager holds.")

(sb-bsd-sockets:socket-listen *held* 100)

(defvar *descriptor* (sb-bsd-sockets:socket-file-descriptor *held*))

(defun closed-on-exec-p (descriptor)
  (let ((get-flags 1))
    (= 1 (sb-alien:alien-funcall
          (sb-alien:extern-alien "fcntl" (function sb-alien:int sb-alien:int sb-alien:int
                                                   sb-alien:int))
          descriptor get-flags 0))))

(defun choose-of (pid)
  "Chooses as if the environment handed all descriptors up to the held one to the process PID."
  (with-environment ("LISTEN_PID" (princ-to-string pid))
    (with-environment ("LISTEN_FDS" (princ-to-string (- *descriptor* 2)))
      (choose-handed-sockets)
      (mapcar #'environment '("LISTEN_PID" "LISTEN_FDS" "LISTEN_FDNAMES")))))

(check:deftest sockets-of-another-process-are-not-taken
  (check:is equal '(nil nil nil) (choose-of 1))
  (check:is eql nil (http-socket)))

(check:deftest what-is-handed-is-this-process-s-alone
  (check:is eql nil (closed-on-exec-p *descriptor*))
  (check:is equal '(nil nil nil) (choose-of (sb-unix:unix-getpid)))
  (check:is eql *descriptor* (http-socket))
  (check:is eql *descriptor* (http-socket (port-of *held*)))
  (check:is eql nil (http-socket 1))
  (check:is eql t (closed-on-exec-p *descriptor*)))

(defun connect-to (port)
  (let ((socket (make-instance 'sb-bsd-sockets:inet-socket :type :stream :protocol :tcp)))
    (sb-bsd-sockets:socket-connect socket #(127 0 0 1) port)
    socket))

(check:deftest a-server-of-that-port-listens-on-it
  ;; Two of them in turn, as where the server is started again.
  (loop repeat 2
        do (let ((client (connect-to (port-of *held*)))
                 (server (socket-on 'sb-bsd-sockets:inet-socket #(0 0 0 0) (port-of *held*))))
             (sb-bsd-sockets:socket-listen server 5)
             (check:is eql t (closed-on-exec-p (sb-bsd-sockets:socket-file-descriptor server)))
             (let ((connection (sb-bsd-sockets:socket-accept server)))
               (check:is eql (port-of client)
                         (nth-value 1 (sb-bsd-sockets:socket-peername connection)))
               (mapc #'sb-bsd-sockets:socket-close (list connection client server))))))

(check:deftest a-server-may-take-the-descriptor
  (let ((client (connect-to (port-of *held*)))
        (server (make-instance 'sb-bsd-sockets:inet-socket :type :stream :protocol :tcp
                                                           :descriptor (http-socket))))
    (let ((connection (sb-bsd-sockets:socket-accept server)))
      (check:is eql (port-of client) (nth-value 1 (sb-bsd-sockets:socket-peername connection)))
      (mapc #'sb-bsd-sockets:socket-close (list connection client)))))

(check:deftest other-ports-are-as-ever
  (let ((server (socket-on 'sb-bsd-sockets:inet-socket #(127 0 0 1) 0)))
    (sb-bsd-sockets:socket-listen server 5)
    (sb-bsd-sockets:socket-close (connect-to (port-of server)))
    (check:is eql t (handler-case (socket-on 'sb-bsd-sockets:inet-socket #(127 0 0 1)
                                             (port-of server))
                      (sb-bsd-sockets:address-in-use-error () t)))
    (sb-bsd-sockets:socket-close server)))

(check:deftest standard-input-may-be-one
  (put-in-place *descriptor* 0)
  (setf *handed-sockets* '())
  (choose-handed-sockets)
  (check:is eql (port-of *held*) (first (first *handed-sockets*)))
  (check:is eql t (> (http-socket) 2))
  (check:is equal "/dev/null" (sb-unix:unix-readlink "/proc/self/fd/0")))
