(defpackage :my-app
  (:use :cl)
  (:export #:start #:stop))

(in-package :my-app)

(defvar *worker* nil "The thread that works, or NIL while stopped.")
(defvar *stop* (sb-thread:make-semaphore) "Signalled when the work is to end.")

(defun work ()
  "One piece of work."
  (format t "~&my-app: working~%")
  (finish-output))

(defun start (&key (seconds 5))
  "Work every few SECONDS in a thread of its own, and return."
  (setf *worker*
        (sb-thread:make-thread (lambda ()
                                 (loop (work)
                                       (when (sb-thread:wait-on-semaphore *stop* :timeout seconds)
                                         (return))))
                               :name "worker")))

(defun stop ()
  "Let the piece of work under way finish."
  (let ((worker (shiftf *worker* nil)))
    (when worker
      (sb-thread:signal-semaphore *stop*)
      (sb-thread:join-thread worker :default nil))))
