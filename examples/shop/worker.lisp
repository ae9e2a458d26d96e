(defpackage :shop/worker
  (:use :cl)
  (:export #:start #:stop))

(in-package :shop/worker)

(defvar *thread* nil "The thread that packs, or NIL while stopped.")
(defvar *stop* (sb-thread:make-semaphore :name "stop the worker"))

(defun beat (data)
  "Leave a sign of life that a monitor can read: a file with the time of the last round."
  (multiple-value-bind (second minute hour day month year) (get-decoded-time)
    (shop:write-whole (shop:data-file data "worker.heartbeat")
                      (format nil "~D-~2,'0D-~2,'0D ~2,'0D:~2,'0D:~2,'0D"
                              year month day hour minute second))))

(defun work (data)
  (shop:process data "new" "packed"
                (lambda (order item) (format t "~&packed ~A: ~A~%" order item)))
  (beat data))

(defun start (&key (every 2) (data "var"))
  "Pack what is new, every so many seconds, in a thread of its own."
  (when *thread* (error "the worker has been started already"))
  (setf *thread*
        (sb-thread:make-thread
         (lambda () (shop:every-seconds every (lambda () (work data)) *stop*))
         :name "worker")))

(defun stop ()
  "Let the round under way finish."
  (let ((thread (shiftf *thread* nil)))
    (when thread
      (sb-thread:signal-semaphore *stop*)
      (sb-thread:join-thread thread :default nil :timeout 10)
      (format t "~&worker: stopped~%")
      (finish-output))))
