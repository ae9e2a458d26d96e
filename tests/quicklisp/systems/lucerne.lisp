(defpackage :lucerne
  (:use :cl)
  (:export #:defapp #:defview #:respond #:start #:stop))

(in-package :lucerne)

(defclass application ()
  ((views :initform '() :accessor views :documentation "Path and function, one pair a view.")
   (acceptor :initform nil :accessor acceptor)))

(defmacro defapp (name)
  `(defvar ,name (make-instance 'application)))

(defmacro defview (app path name () &body body)
  `(progn (defun ,name () ,@body)
          (push (cons ,path ',name) (views ,app))))

(defun respond (text)
  (setf (hunchentoot:content-type*) "text/plain; charset=utf-8")
  text)

(defclass app-acceptor (hunchentoot:acceptor)
  ((app :initarg :app :reader app-of)))

(defmethod hunchentoot:acceptor-dispatch-request ((acceptor app-acceptor) request)
  (let ((view (assoc (hunchentoot:script-name request) (views (app-of acceptor)) :test #'string=)))
    (if view (funcall (cdr view)) (call-next-method))))

(defun start (app &key (port 8000) (address "127.0.0.1"))
  "Serve APP in threads of the server's own. True unless it was running and has been restarted."
  (not (prog1 (stop app)
         (setf (acceptor app)
               (hunchentoot:start (make-instance 'app-acceptor :app app :port port :address address
                                                               :document-root nil))))))

(defun stop (app)
  "Stop APP; true if it was running."
  (let ((acceptor (shiftf (acceptor app) nil)))
    (when acceptor
      (hunchentoot:stop acceptor :soft t)
      t)))
