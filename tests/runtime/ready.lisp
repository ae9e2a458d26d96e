;;;; When the service is ready.

(in-package #:lisplaunch)

(defvar *problem* "no database")

(defun phase-and-note ()
  (list *phase* *note*))

(boot "shop")

(check:deftest a-form-that-is-not-true-yet-is-waited-for
  (starting)
  (ready-when (or (null *problem*) (error *problem*)) :timeout 1)
  (check:eventually (equal (phase-and-note)
                           (list :starting "waits for (or (null lisplaunch::*problem*) (error lisplaunch::*problem*)): no database"))))

(check:deftest it-is-not-ready-because-the-start-forms-returned
  (end-start)
  (check:is eq :starting *phase*))

(check:deftest what-takes-long-is-reported
  (check:eventually (eql (search "not ready after 1 s: waits for " *note*) 0))
  (check:is eq :starting *phase*))

(check:deftest it-is-ready-once-the-form-is-true
  (setf *problem* nil)
  (check:eventually (equal (phase-and-note) '(:ready nil))))

(check:deftest seconds-are-minutes-for-a-person
  (check:is equal '("5 min" "90 s") (list (duration 300) (duration 90))))

(load-sockets)

(check:deftest a-url-has-a-host-a-port-and-a-path
  (flet ((parts (url) (multiple-value-list (split-url url))))
    (check:is equal '("localhost" 80 "/") (parts "http://localhost"))
    (check:is equal '("127.0.0.1" 8080 "/health?x=1:2") (parts "http://127.0.0.1:8080/health?x=1:2"))
    (check:is equal '("::1" 8080 "/") (parts "HTTP://[::1]:8080/"))
    (dolist (url '("https://localhost/" "http://" "http://:80/" "http://a:b/" "localhost:80"))
      (check:is equal '(nil) (list (ignore-errors (parts url)))))))

(defun serve-once (answer)
  "A thread that gives one client ANSWER, and its port."
  (let ((socket (make-instance 'sb-bsd-sockets:inet-socket :type :stream :protocol :tcp)))
    (sb-bsd-sockets:socket-bind socket #(127 0 0 1) 0)
    (sb-bsd-sockets:socket-listen socket 1)
    (values (nth-value 1 (sb-bsd-sockets:socket-name socket))
            (sb-thread:make-thread
             (lambda ()
               (let ((stream (sb-bsd-sockets:socket-make-stream
                              (sb-bsd-sockets:socket-accept socket)
                              :input t :output t :external-format :latin-1)))
                 (prog1 (loop for line = (string-right-trim '(#\Return) (read-line stream))
                              collect line until (string= line ""))
                   (when answer
                     (write-line answer stream)
                     (close stream))
                   (sb-bsd-sockets:socket-close socket))))))))

(defun checked (answer)
  "What a check of a server with ANSWER is: true, or the line of an error; and the request."
  (multiple-value-bind (port server) (serve-once answer)
    (values (handler-case (funcall (http-check (format nil "http://localhost:~d/health" port)))
              (serious-condition (condition) (condition-line condition)))
            (sb-thread:join-thread server)
            port)))

(check:deftest a-server-that-answers-well-is-ready
  (multiple-value-bind (ready request port) (checked "HTTP/1.1 204 No Content")
    (check:is eql t ready)
    (check:is equal (list "GET /health HTTP/1.0" (format nil "Host: localhost:~d" port)
                          "Connection: close" "")
              request))
  (check:is eql t (checked "HTTP/1.1 301 Moved Permanently")))

(check:deftest any-other-server-is-not
  (check:is equal "the answer is 503" (checked "HTTP/1.1 503 Not Yet"))
  (check:is equal "the answer is not HTTP" (checked "220 mail.example.org"))
  (let ((*http-patience* 1/10))
    (check:is equal "A deadline was reached after 1/10 seconds." (checked nil)))
  (check:is equal "no connection to 127.0.0.1:1"
            (handler-case (funcall (http-check "http://127.0.0.1:1"))
              (error (condition) (condition-line condition)))))
