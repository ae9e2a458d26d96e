(defpackage :shop/web
  (:use :cl)
  (:export #:start #:stop))

(in-package :shop/web)

(defun item (path)
  "The item of `/orders/green-tea`, or NIL when PATH is none of an order."
  (let ((prefix "/orders/"))
    (when (uiop:string-prefix-p prefix path)
      (let ((item (subseq path (length prefix))))
        (when (and (<= 1 (length item) 40)
                   (every (lambda (char) (or (alphanumericp char) (char= char #\-))) item))
          item)))))

(defun answer (method path name data)
  (cond ((and (string= method "GET") (string= path "/"))
         (values 200 (format nil "~A~%new ~D, packed ~D, sent ~D" name
                             (shop:pending data "new") (shop:pending data "packed")
                             (shop:pending data "sent"))))
        ((and (string= method "POST") (item path))
         (values 201 (format nil "order ~A" (shop:place data (item path)))))
        (t (values 404 "GET / or POST /orders/ITEM"))))

(defun start (&key (port 8090) (address "127.0.0.1") (name "Shop") (data "var"))
  (hello:start :port port
               :address address
               :answer (lambda (method path) (answer method path name data))))

(defun stop ()
  (hello:stop))
