;;;; Messages to a manager, at a real socket.

(require :sb-bsd-sockets)

(in-package #:lisplaunch)

(defun receive (socket)
  "The next message at SOCKET."
  (multiple-value-bind (octets length)
      (sb-bsd-sockets:socket-receive socket (make-array 1000 :element-type '(unsigned-byte 8)) nil)
    (sb-ext:octets-to-string octets :end length :external-format :utf-8)))

(defun bind-socket (class address)
  (let ((socket (make-instance class :type :datagram)))
    (sb-bsd-sockets:socket-bind socket address)
    socket))

(defun lines (&rest lines)
  (format nil "~{~a~^~%~}" lines))

(check:deftest nothing-is-sent-without-a-listener
  (choose-notify-socket)
  (check:is eql nil *notify-socket*))

(defvar *path* (sb-ext:native-namestring
                (merge-pathnames "notify" (user-homedir-pathname))))

(defvar *socket* (bind-socket 'sb-bsd-sockets:local-socket *path*))

(with-environment ("NOTIFY_SOCKET" *path*)
  (boot "shop"))

(check:deftest each-change-is-sent-once
  (check:is equal "STATUS=loading" (receive *socket*))
  (starting)
  (check:is equal "STATUS=starting" (receive *socket*))
  (note "waits for größe")
  (note "waits for größe")
  (check:is equal "STATUS=starting: waits for größe" (receive *socket*))
  (end-start)
  (check:is equal (lines "READY=1" "STATUS=ready") (receive *socket*)))

(check:deftest a-manager-that-is-away-or-slow-does-no-harm
  (let ((*notify-socket* "/nowhere/at/all"))
    (note "away"))
  (dotimes (count 1000)
    (note (princ-to-string count)))
  (check:is equal (lines "READY=1" "STATUS=ready: 0") (receive *socket*)))

(defun wait-for-message (socket text seconds)
  "Whether TEXT comes at SOCKET within SECONDS."
  (let ((deadline (+ (get-internal-real-time) (* seconds internal-time-units-per-second))))
    (loop while (< (get-internal-real-time) deadline)
          thereis (and (sb-sys:wait-until-fd-usable (sb-bsd-sockets:socket-file-descriptor socket)
                                                    :input 1/10 nil)
                       (equal text (receive socket))))))

(defun empty (socket)
  "Takes all messages that wait at SOCKET."
  (loop while (sb-sys:wait-until-fd-usable (sb-bsd-sockets:socket-file-descriptor socket)
                                           :input 0 nil)
        do (receive socket)))

(check:deftest a-watchdog-is-fed-by-an-image-that-works
  (check:is eql nil (feed-watchdog))
  (with-environment ("WATCHDOG_USEC" "200000")
    (with-environment ("WATCHDOG_PID" "1")
      (check:is eql nil (feed-watchdog)))
    (empty *socket*)
    (let ((feeding (feed-watchdog)))
      (loop repeat 3
            do (check:is eql t (wait-for-message *socket* "WATCHDOG=1" 60)))
      ;; As SBCL holds it for an exit that hangs.
      (sb-thread:with-mutex (sb-thread::*make-thread-lock*)
        (wait-for-message *socket* "WATCHDOG=1" 1/2)
        (check:is eql nil (wait-for-message *socket* "WATCHDOG=1" 1)))
      (check:is eql t (wait-for-message *socket* "WATCHDOG=1" 60))
      (end-thread feeding))))

(check:deftest a-name-may-be-abstract
  (let* ((name (format nil "lisplaunch-test-~d" (sb-unix:unix-getpid)))
         (socket (bind-socket 'sb-bsd-sockets:local-abstract-socket name))
         (*notify-socket* (concatenate 'string "@" name)))
    (note "here")
    (check:is equal (lines "READY=1" "STATUS=ready: here") (receive socket))
    (enter :stopping "SIGTERM")
    (check:is equal (lines "STOPPING=1" "STATUS=stopping: SIGTERM") (receive socket))))

(check:deftest a-descriptor-gets-one-newline
  (multiple-value-bind (reader writer) (sb-unix:unix-pipe)
    (with-environment ("LISPLAUNCH_NOTIFY_FD" (princ-to-string writer))
      (choose-notify-descriptor)
      (check:is equal nil (environment "LISPLAUNCH_NOTIFY_FD")))
    (let ((*phase* :starting))
      (notify))
    (let ((*phase* :ready))
      (notify)
      (notify))
    ;; The writer is closed, or this would wait.
    (let ((stream (sb-sys:make-fd-stream reader :buffering :none)))
      (check:is equal "" (read-line stream))
      (check:is equal nil (read-line stream nil)))))
