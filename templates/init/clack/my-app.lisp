(defpackage :my-app
  (:use :cl)
  (:export #:start #:stop))

(in-package :my-app)

(defvar *server* nil "The running server, or NIL while stopped.")

(defun app (env)
  "Answer the request that ENV describes: a status, headers and a body."
  (let ((path (getf env :path-info)))
    (if (string= path "/")
        (list 200 '(:content-type "text/plain; charset=utf-8") (list (format nil "Hello, world!~%")))
        (list 404 '(:content-type "text/plain; charset=utf-8") (list (format nil "Not found: ~A~%" path))))))

(defun start (&key (port 8080) (address "127.0.0.1"))
  "Listen on PORT of ADDRESS, in threads of the server's own, and return."
  (setf *server*
        ;; APP is looked up for each request, so that a new definition takes effect at once.
        (clack:clackup (lambda (env) (app env))
                       :server :hunchentoot :port port :address address :debug nil)))

(defun stop ()
  "Stop the server."
  (let ((server (shiftf *server* nil)))
    (when server
      (clack:stop server))))
