(defpackage :lucerne
  (:use :cl)
  (:export #:defapp #:defview #:route #:respond #:start #:stop))

(in-package :lucerne)

(defclass base-app ()
  ((routes :initform '() :accessor routes :documentation "Path and function, one pair a route.")
   (handler :initform nil :accessor handler)))

(defmacro defapp (name)
  `(defparameter ,name (make-instance 'base-app)))

(defmacro defview (name parameters &body body)
  `(defun ,name ,parameters ,@body))

(defmacro route (app path view)
  `(push (cons ,path ,view) (routes ,app)))

(defun respond (body &key (type "text/html") (status 200))
  (list status (list :content-type type) (list body)))

(defmethod clack:call ((app base-app) env)
  (let ((view (cdr (assoc (getf env :path-info) (routes app) :test #'string=))))
    (if view (funcall view) (respond "Not found" :status 404))))

(defun start (app &key (port 8000) (address "127.0.0.1"))
  (setf (handler app) (clack:clackup app :port port :address address)))

(defun stop (app)
  (let ((handler (shiftf (handler app) nil)))
    (when handler
      (clack:stop handler))))
