(defpackage :caveman2
  (:use :cl)
  (:export #:<app> #:defroute))

(in-package :caveman2)

(defvar *apps* (make-hash-table) "The application of each package.")

(defclass <app> ()
  ((routes :initform '() :accessor routes :documentation "Path and function, one pair a route.")))

(defmethod initialize-instance :after ((app <app>) &key)
  (setf (gethash *package* *apps*) app))

(defmacro defroute (path parameters &body body)
  `(push (cons ,path (lambda ,parameters ,@body)) (routes (gethash ,*package* *apps*))))

(defmethod clack:call ((app <app>) env)
  (let ((route (cdr (assoc (getf env :path-info) (routes app) :test #'string=))))
    (if route
        (list 200 '(:content-type "text/plain") (list (funcall route)))
        (list 404 '(:content-type "text/plain") '("Not found")))))
