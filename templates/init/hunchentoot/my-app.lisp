(defpackage :my-app
  (:use :cl)
  (:export #:start #:stop))

(in-package :my-app)

(defvar *acceptor* nil "The running server, or NIL while stopped.")

(hunchentoot:define-easy-handler (greeting :uri "/") (name)
  (setf (hunchentoot:content-type*) "text/plain; charset=utf-8")
  (format nil "Hello, ~:[world~;~:*~A~]!~%" name))

(defun start (&key (port 8080) (address "127.0.0.1"))
  "Listen on PORT of ADDRESS, in threads of Hunchentoot's own, and return."
  (setf *acceptor*
        (hunchentoot:start (make-instance 'hunchentoot:easy-acceptor
                                          :port port :address address :document-root nil))))

(defun stop ()
  "Accept nothing more and let the answers under way finish."
  (let ((acceptor (shiftf *acceptor* nil)))
    (when acceptor
      (hunchentoot:stop acceptor :soft t))))
