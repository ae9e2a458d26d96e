;;;; Interrupts: one takes effect, however many a client sends until it has. Swank runs them inside
;;;; each other, where it loses its locks and SBCL, from the ninth on, its life.

(in-package #:lisplaunch)

(defvar *interrupted-threads* '()
  "Threads that were sent an interrupt and have not yet taken it. Without a lock, as *WAITING* is.")

(defvar *interrupted* nil
  "Whether this thread is on its way into the debugger for an interrupt, or there.")

(defparameter *most-looks* 60000
  "How often, a millisecond apart, it is looked whether a thread of swank's has come as far as it
should. One does at once, unless the machine has much else to do.")

(defun wait-until-begun (thread)
  "Waits for THREAD, where swank has just made it for an evaluation. An interrupt that came before
that begins would find neither a debugger nor a way out of it, and the thread would stay for ever."
  (when (equal (sb-thread:thread-name thread) "worker")
    (loop repeat *most-looks*
          while (sb-thread:thread-alive-p thread)
          until (takes-interrupts-p thread)
          do (sleep 1/1000))))

(defun send-interrupt (send thread function)
  "Interrupts THREAD unless it still has to take an earlier interrupt."
  (let ((new nil))
    (sb-ext:atomic-update (symbol-value '*interrupted-threads*)
                          (lambda (threads)
                            (setf new (not (member thread threads)))
                            (adjoin thread (remove-if-not #'sb-thread:thread-alive-p threads))))
    (when new
      (wait-until-begun thread)
      (funcall send thread function))))

(defun interrupt-taken ()
  "Lets this thread be sent another interrupt. Returns NIL: it need not be woken for this one."
  (sb-ext:atomic-update (symbol-value '*interrupted-threads*)
                        (lambda (threads) (remove sb-thread:*current-thread* threads)))
  nil)

(defun take-interrupt (take function)
  "Takes an interrupt, now or when swank can, unless this thread has one."
  (if *interrupted*
      (interrupt-taken)
      (funcall take (lambda ()
                      (let ((*interrupted* t))
                        (interrupt-taken)
                        (funcall function))))))
