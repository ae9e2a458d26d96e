(defpackage :shop/mailer
  (:use :cl)
  (:export #:main #:up-p))

(in-package :shop/mailer)

(defun mail (order item data)
  "Write the mail for ORDER into the folder from which a mail server takes them."
  (shop:write-whole (shop:data-file data (format nil "outbox/~A.eml" order))
                    (format nil "From: ~A~%Subject: Your order ~A~%~%~A is on its way."
                            (or (uiop:getenv "MAIL_FROM") (error "MAIL_FROM is not set"))
                            order item))
  (format t "~&mailed ~A~%" order))

(defvar *rounds* 0
  "How often all that is packed has been mailed.")

(defun up-p ()
  "True once the first round has gone well."
  (plusp *rounds*))

(defun main (&key (every 2) (data "var"))
  "Mail for what is packed, for ever: this never returns."
  (shop:every-seconds every
                      (lambda ()
                        (shop:process data "packed" "sent"
                                      (lambda (order item) (mail order item data)))
                        (incf *rounds*))))
