;;;; An order is a file that moves from folder to folder, one folder for each step. The services
;;;; share nothing else, so each can be stopped, killed and started while the others go on.

(defpackage :shop
  (:use :cl)
  (:export #:place #:process #:pending #:data-file #:write-whole #:every-seconds))

(in-package :shop)

(defun data-file (data name)
  "The file NAME (`sent/17.order`) in the folder DATA, whose folder is made where it is missing."
  (let ((folder (uiop:parse-native-namestring data :ensure-directory t)))
    ;; Absolute, since RENAME-FILE takes a relative name to be beside the old file.
    (ensure-directories-exist (merge-pathnames name (merge-pathnames folder (uiop:getcwd))))))

(defun order-file (data step order)
  (data-file data (format nil "~A/~A.order" step order)))

(defun orders (data step)
  "The files of the orders at STEP, oldest first."
  (sort (uiop:directory-files (data-file data (format nil "~A/" step)) "*.order")
        #'string< :key #'pathname-name))

(defun pending (data step)
  (length (orders data step)))

(defun write-whole (file text)
  "Write FILE whole or not at all, whatever happens meanwhile."
  (let ((draft (make-pathname :type "draft" :defaults file)))
    (with-open-file (out draft :direction :output :if-exists :supersede :external-format :utf-8)
      (write-line text out))
    (uiop:rename-file-overwriting-target draft file)))

(defvar *order-lock* (sb-thread:make-mutex :name "order numbers"))
(defvar *last-order* 0)

(defun next-order ()
  "A number that no order has had, in the order of time: microseconds."
  (sb-thread:with-mutex (*order-lock*)
    (multiple-value-bind (seconds microseconds) (sb-ext:get-time-of-day)
      (setf *last-order* (max (1+ *last-order*) (+ (* seconds 1000000) microseconds))))))

(defun place (data text)
  "Take an order and return its name."
  (let ((order (format nil "~D" (next-order))))
    (write-whole (order-file data "new" order) text)
    order))

(defun process (data from to function)
  "Call FUNCTION with the name and the text of every order at FROM, then move the order on to TO.
An order whose move was cut short comes again: twice is better than never."
  (dolist (file (orders data from))
    (let ((order (pathname-name file)))
      (funcall function order (uiop:read-file-line file))
      (uiop:rename-file-overwriting-target file (order-file data to order)))))

(defun every-seconds (seconds function &optional (stop (sb-thread:make-semaphore)))
  "Call FUNCTION every so many SECONDS until STOP is signalled. What goes wrong is logged and tried
again: a full disk should not end a service that works once there is room."
  (loop
    (handler-case (funcall function)
      (error (problem)
        (format *error-output* "~&failed, trying again: ~A~%" problem)
        (finish-output *error-output*)))
    (finish-output)
    (when (sb-thread:wait-on-semaphore stop :timeout seconds)
      (return))))
