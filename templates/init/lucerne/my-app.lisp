(defpackage :my-app
  (:use :cl)
  (:import-from :lucerne #:defapp #:defview #:route #:respond)
  (:export #:app #:start #:stop))

(in-package :my-app)

(defapp app)

(route app "/"
  (defview greeting ()
    (respond (format nil "Hello, world!~%") :type "text/plain; charset=utf-8")))

(defun start (&key (port 8080) (address "127.0.0.1"))
  "Serve the application on PORT of ADDRESS, in threads of the server's own, and return."
  (lucerne:start app :port port :address address))

(defun stop ()
  "Stop the server."
  (lucerne:stop app))
