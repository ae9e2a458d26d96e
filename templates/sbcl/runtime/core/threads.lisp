;;;; The end of all other threads, before SBCL ends them. SBCL holds the lock meanwhile that making
;;;; a thread takes. A server's thread that waits for this lock to serve a new client cannot be
;;;; interrupted, and the exit would wait for it until it times out.

(in-package #:lisplaunch)

(defun threads-to-end (&aux (current sb-thread:*current-thread*))
  "All threads but those that the end needs: the current and the main one, and the one that watches
the exit."
  (remove-if (lambda (thread)
               (or (member thread (list current (main-thread)))
                   (equal (sb-thread:thread-name thread) *watcher-name*)))
             (sb-thread:list-all-threads)))

(defun end-thread (thread)
  "Has THREAD unwind and end."
  (handler-case (sb-thread:terminate-thread thread)
    ;; It has ended already.
    (sb-thread:interrupt-thread-error () nil)))

(defun end-threads ()
  "Ends all threads that the end does not need, and those that they still make, in the time that is
left."
  (loop with ending = '()
        for threads = (threads-to-end)
        while (and threads (plusp (time-left)))
        do (dolist (thread (set-difference threads ending))
             (push thread ending)
             (end-thread thread))
           (sleep 1/200)))
