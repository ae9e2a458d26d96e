(defpackage :my-app
  (:use :cl)
  (:import-from :caveman2 #:<app> #:defroute)
  (:export #:start #:stop))

(in-package :my-app)

(defvar *app* (make-instance '<app>) "The application of this package.")

(defvar *server* nil "The running server, or NIL while stopped.")

(defroute "/" ()
  (format nil "Hello, world!~%"))

(defun start (&key (port 8080) (address "127.0.0.1"))
  "Listen on PORT of ADDRESS, in threads of the server's own, and return."
  (setf *server* (clack:clackup *app* :server :hunchentoot :port port :address address :debug nil)))

(defun stop ()
  "Stop the server."
  (let ((server (shiftf *server* nil)))
    (when server
      (clack:stop server))))
