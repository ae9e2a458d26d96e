;;;; No thread is made any more once SBCL ends all threads: it holds the lock that making one takes,
;;;; and waits for a thread that waits for this lock until the exit times out.

(in-package #:lisplaunch)

(defvar *thread-gate* (sb-thread:make-mutex :name "lisplaunch threads")
  "Held while a thread is made.")

(defvar *last-maker* nil
  "The only thread that may still make threads; NIL as long as all may.")

(defun close-threads ()
  "Lets no thread but the current one make another from now on."
  (sb-thread:with-recursive-lock (*thread-gate*)
    (setf *last-maker* sb-thread:*current-thread*)))

(defun may-make-threads-p ()
  (member *last-maker* (list nil sb-thread:*current-thread*)))

(defun make-thread-while-open (make-thread &rest arguments)
  "Calls MAKE-THREAD with ARGUMENTS, or ends the current thread where none may be made."
  (sb-thread:with-recursive-lock (*thread-gate*)
    (when (may-make-threads-p)
      (return-from make-thread-while-open (apply make-thread arguments))))
  (wait-for-own-end))

(defun wait-for-own-end ()
  "Ends the current thread. The main one is unwound by the thread that leaves."
  (if (eq sb-thread:*current-thread* (main-thread))
      (loop (sleep 1))
      (sb-thread:abort-thread)))
