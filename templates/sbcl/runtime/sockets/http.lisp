;;;; Asking a URL whether the service is ready.

(in-package #:lisplaunch)

(defparameter *http-patience* 5
  "How many seconds one answer may take.")

(defun split-url (url)
  "The host, port and path of URL. Signals an error where it is not a URL of a server without TLS."
  (flet ((fail ()
           (error "~s is not a valid URL for `ready`: http://HOST[:PORT][/PATH]" url)))
    (unless (eql (mismatch "http://" url :test #'char-equal) 7) (fail))
    (let* ((slash (or (position #\/ url :start 7) (length url)))
           (bracket (position #\] url :start 7 :end slash))
           (colon (position #\: url :start (or bracket 7) :end slash))
           (host (string-trim "[]" (subseq url 7 (or colon slash))))
           (port (if colon
                     (parse-integer url :start (1+ colon) :end slash :junk-allowed t)
                     80)))
      (when (or (string= host "") (not (typep port '(integer 1 65535)))) (fail))
      (values host port (if (= slash (length url)) "/" (subseq url slash))))))

(defun check-connected (socket host port)
  "Signals an error unless SOCKET has come to be connected to PORT of HOST."
  (handler-case (sb-bsd-sockets:socket-peername socket)
    (sb-bsd-sockets:socket-error () (error "no connection to ~a:~d" host port))))

(defun open-connection (host port)
  "A stream to PORT of HOST. A deadline bounds the wait for it."
  (let* ((six (find #\: host))
         (address (if six
                      (sb-bsd-sockets:make-inet6-address host)
                      (sb-bsd-sockets:host-ent-address (sb-bsd-sockets:get-host-by-name host))))
         (socket (make-instance (if six 'sb-bsd-sockets:inet6-socket 'sb-bsd-sockets:inet-socket)
                                :type :stream :protocol :tcp))
         (stream nil))
    (unwind-protect
         (progn
           (setf (sb-bsd-sockets:non-blocking-mode socket) t)
           (handler-case (sb-bsd-sockets:socket-connect socket address port)
             (sb-bsd-sockets:operation-in-progress () nil))
           (sb-sys:wait-until-fd-usable (sb-bsd-sockets:socket-file-descriptor socket)
                                        :output nil nil)
           (check-connected socket host port)
           (setf stream (sb-bsd-sockets:socket-make-stream socket :input t :output t
                                                                  :buffering :full
                                                                  :external-format :latin-1)))
      (unless stream (sb-bsd-sockets:socket-close socket)))))

(defun write-request (stream host port path)
  "Asks for PATH at PORT of HOST."
  (dolist (line (list (format nil "GET ~a HTTP/1.0" path)
                      (format nil "Host: ~:[~a~;[~a]~]:~d" (find #\: host) host port)
                      "Connection: close"
                      ""))
    (format stream "~a~c~c" line #\Return #\Newline))
  (finish-output stream))

(defun read-status (stream)
  "The status in the first line of an answer."
  (let ((line (read-line stream)))
    (or (parse-integer line :start (1+ (or (position #\Space line) -1)) :junk-allowed t)
        (error "the answer is not HTTP"))))

(defun http-status (host port path)
  "The status of the answer to a request for PATH at PORT of HOST."
  (sb-sys:with-deadline (:seconds *http-patience*)
    (let ((stream (open-connection host port)))
      (unwind-protect
           (progn (write-request stream host port path)
                  (read-status stream))
        (close stream :abort t)))))

(defun http-check (url)
  "A function that is true if URL answers that all is well, and else signals an error."
  (multiple-value-bind (host port path) (split-url url)
    (lambda ()
      (let ((status (http-status host port path)))
        (or (<= 200 status 399)
            (error "the answer is ~d" status))))))
