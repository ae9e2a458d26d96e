(defpackage :clack
  (:use :cl)
  (:export #:clackup #:stop #:call))

(in-package :clack)

(defclass acceptor (hunchentoot:acceptor)
  ((app :initarg :app :reader app-of)))

(defgeneric call (app env)
  (:documentation "What APP answers: a status, headers and a body.")
  (:method ((app function) env)
    (funcall app env)))

(defmethod hunchentoot:acceptor-dispatch-request ((acceptor acceptor) request)
  (destructuring-bind (status headers body)
      (call (app-of acceptor) (list :request-method (hunchentoot:request-method request)
                                    :path-info (hunchentoot:script-name request)))
    (setf (hunchentoot:return-code*) status
          (hunchentoot:content-type*) (getf headers :content-type))
    (apply #'concatenate 'string body)))

(defun clackup (app &key (server :hunchentoot) (port 5000) (address "127.0.0.1") (debug t))
  (declare (ignore debug))
  (assert (eq server :hunchentoot))
  (hunchentoot:start (make-instance 'acceptor :app app :port port :address address :document-root nil)))

(defun stop (server)
  (hunchentoot:stop server :soft t))
