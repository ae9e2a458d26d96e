;;;; A small HTTP server that needs nothing but SBCL.
;;;;
;;;;   (hello:start :port 8080)   returns as soon as it listens
;;;;   (hello:stop)               returns when the last answer is out
;;;;
;;;; A few threads each take a connection, answer one request and close it. What to answer is a
;;;; function of the method and the path: `:answer` takes another one than the greeting below.

(eval-when (:compile-toplevel :load-toplevel :execute)
  (require :sb-bsd-sockets)
  (require :sb-posix))

(defpackage :hello
  (:use :cl)
  (:local-nicknames (:net :sb-bsd-sockets) (:thread :sb-thread))
  (:export #:start #:stop))

(in-package :hello)

(defparameter *thread-count* 8
  "How many connections are answered at the same time; further ones wait in the listener's queue.")
(defparameter *patience* 5
  "The seconds that one connection may take in all, so that silent clients cannot hold every thread.")
(defparameter *longest-head* 8192
  "The characters that a request may have before its body.")

(defvar *listener* nil "The socket that listens, or NIL while stopped.")
(defvar *threads* '())

;;; What this service says.

(defun greet (method path)
  "The status and the text of an answer."
  (cond ((string/= method "GET") (values 501 "Only GET is understood here."))
        ((string= path "/") (values 200 (format nil "Hello from ~A ~A!" (lisp-implementation-type)
                                                (lisp-implementation-version))))
        ((string= path "/pid") (values 200 (princ-to-string (sb-posix:getpid))))
        (t (values 404 "There is nothing here."))))

;;; HTTP, as much of it as one request a connection needs.

(defun read-head (stream)
  "The request up to the empty line that ends its head, or NIL when that is too far away."
  (loop with head = (make-array 512 :element-type 'character :adjustable t :fill-pointer 0)
        repeat *longest-head*
        for previous = nil then char
        for char = (loop for char = (read-char stream)
                         unless (char= char #\Return) return char)
        do (vector-push-extend char head)
        when (and (eql previous #\Newline) (eql char #\Newline))
          return head))

(defun parse-head (head)
  "The method and the path of `GET /path?query HTTP/1.1`, or NIL when that is not what it says."
  (let* ((line (subseq head 0 (position #\Newline head)))
         (left (position #\Space line))
         (right (position #\Space line :from-end t)))
    (when (and left (< left right) (eql (search " HTTP/1." line :from-end t) right))
      (values (subseq line 0 left)
              (subseq line (1+ left) (or (position #\? line :start left :end right) right))))))

(defun reason (status)
  (case status
    (200 "OK") (201 "Created") (400 "Bad Request") (404 "Not Found")
    (431 "Request Header Fields Too Large") (500 "Internal Server Error") (501 "Not Implemented")
    (otherwise "Other")))

(defun send (stream status text &key (body-p t))
  "Write a whole answer. BODY-P is false for HEAD, which wants all of it but the body."
  (let ((body (format nil "~A~%" text)))
    (flet ((line (control &rest arguments)
             (format stream "~?~C~C" control arguments #\Return #\Linefeed)))
      (line "HTTP/1.1 ~D ~A" status (reason status))
      (line "Content-Type: text/plain; charset=utf-8")
      (line "Content-Length: ~D" (length (sb-ext:string-to-octets body :external-format :utf-8)))
      (line "Connection: close")
      (line ""))
    (when body-p (write-string body stream))
    (finish-output stream)))

(defun answer-request (stream answer)
  (let ((head (read-head stream)))
    (multiple-value-bind (method path) (when head (parse-head head))
      (cond ((null head) (send stream 431 "The head of the request is too long."))
            ((null method) (send stream 400 "That is not an HTTP request."))
            (t (multiple-value-bind (status text)
                   (handler-case (funcall answer (if (string= method "HEAD") "GET" method) path)
                     (error (problem)
                       (format *error-output* "~&hello: ~A ~A failed: ~A~%" method path problem)
                       (finish-output *error-output*)
                       (values 500 "Something went wrong here.")))
                 (send stream status text :body-p (string/= method "HEAD"))))))))

(defun answer-connection (socket answer)
  (handler-case
      (sb-sys:with-deadline (:seconds *patience*)
        (let ((stream (net:socket-make-stream socket :input t :output t :buffering :full
                                                     :external-format '(:utf-8 :replacement #\?))))
          (answer-request stream answer)
          ;; Read what the client may still be sending, a body, say: closing a connection with
          ;; unread data resets it, and the client would lose the answer.
          (net:socket-shutdown socket :direction :output)
          (loop while (read-char stream nil))))
    ;; The client has gone or takes too long: there is no client to answer to.
    ((or stream-error net:socket-error sb-ext:timeout) ())))

;;; Starting and stopping.

(defun serve (listener answer)
  "Accept and answer until LISTENER is no longer the one to listen to."
  (loop
    (let ((socket (handler-case (net:socket-accept listener)
                    (net:socket-error () nil))))
      (cond (socket
             (unwind-protect (answer-connection socket answer)
               ;; ABORT, since flushing to a client that has gone would be an error once more.
               (net:socket-close socket :abort t)))
            ((not (eq listener *listener*))
             (return))
            ;; Out of file descriptors, say: it passes, but not by trying at full speed.
            (t (sleep 1/10))))))

(defun start (&key (port 8080) (address "127.0.0.1") (answer #'greet))
  "Listen on PORT of ADDRESS (0: any free port), which is this machine alone by default, and return
the port."
  (when *listener* (error "hello has been started already"))
  (let ((listener (make-instance 'net:inet-socket :type :stream :protocol :tcp)))
    ;; Or the port would stay taken for a minute after each stop.
    (setf (net:sockopt-reuse-address listener) t)
    (handler-case (net:socket-bind listener (net:make-inet-address address) port)
      (net:address-in-use-error ()
        (net:socket-close listener)
        (error "port ~D is in use" port)))
    (net:socket-listen listener 128)
    (setf *listener* listener
          *threads* (loop repeat *thread-count*
                          collect (thread:make-thread #'serve :name "hello"
                                                              :arguments (list listener answer))))
    (let ((port (nth-value 1 (net:socket-name listener))))
      (format t "~&hello: listening on http://~A:~D/~%" address port)
      (finish-output)
      port)))

(defun stop ()
  "Accept nothing more, let the answers under way finish, and free the port."
  (let ((listener (shiftf *listener* nil)))
    (when listener
      ;; This wakes the threads that wait for a connection; closing alone would not.
      (net:socket-shutdown listener :direction :io)
      (dolist (thread (shiftf *threads* '()))
        (thread:join-thread thread :default nil :timeout *patience*))
      (net:socket-close listener)
      (format t "~&hello: stopped~%")
      (finish-output))))
