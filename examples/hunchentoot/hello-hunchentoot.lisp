(defpackage :hello-hunchentoot
  (:use :cl)
  (:export #:start #:stop))

(in-package :hello-hunchentoot)

(defvar *acceptor* nil "The running server, or NIL while stopped.")

(hunchentoot:define-easy-handler (greeting :uri "/") (name)
  (setf (hunchentoot:content-type*) "text/plain; charset=utf-8")
  (format nil "Hello, ~:[world~;~:*~A~]!~%" name))

(defun start (&key (port 8080) (address "127.0.0.1"))
  "Listen on PORT of ADDRESS, in threads of Hunchentoot's own, and return."
  (when *acceptor* (error "hello-hunchentoot has been started already"))
  (setf *acceptor*
        (hunchentoot:start (make-instance 'hunchentoot:easy-acceptor
                                          :port port :address address
                                          ;; Its default is a folder of Hunchentoot's own pages.
                                          :document-root nil)))
  (format t "~&hello-hunchentoot: listening on http://~A:~D/~%" address port)
  (finish-output))

(defun stop ()
  "Accept nothing more and let the answers under way finish."
  (let ((acceptor (shiftf *acceptor* nil)))
    (when acceptor
      (hunchentoot:stop acceptor :soft t)
      (format t "~&hello-hunchentoot: stopped~%")
      (finish-output))))
