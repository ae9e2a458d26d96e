;;;; Threads that wait for what their client says: they would wait for ever once it has gone.

(in-package #:lisplaunch)

(defvar *thread-of-swank* nil
  "Whether swank started this thread.")

(defvar *waiting* '()
  "Pairs of a connection and a thread that waits for its client. Without a lock: an interrupt that
came while one is held would wait for it for ever.")

(defparameter *closed* '(:lisplaunch-closed)
  "What is sent to a thread whose client has gone.")

(defun call-while-waiting (connection function)
  "Calls FUNCTION, in which this thread may be sent *CLOSED*."
  (let ((entry (cons connection sb-thread:*current-thread*)))
    (sb-ext:atomic-push entry (symbol-value '*waiting*))
    (unwind-protect (funcall function)
      (sb-ext:atomic-update (symbol-value '*waiting*) (lambda (entries) (remove entry entries))))))

(defun wait-for-client (wait pattern &optional timeout)
  "Waits for a message that matches PATTERN. When the connection is closed, a thread of swank's ends;
one of the service, which only happens to write to a client, goes on."
  (if timeout
      (funcall wait pattern timeout)
      (let ((connection (this-connection)))
        (call-while-waiting
         connection
         (lambda ()
           (loop while (connected-p connection)
                 do (let ((message (funcall wait `(or ,pattern ,*closed*))))
                      (unless (equal message *closed*)
                        (return message)))
                 finally (when *thread-of-swank*
                           (sb-thread:abort-thread))))))))

(defun send-to-living (send thread message)
  "Sends MESSAGE to THREAD of swank's. One that has ended, as those of a client that has gone, would
only collect what a thread of the service still writes to that client."
  (when (sb-thread:thread-alive-p thread)
    (funcall send thread message)))

(defun end-waits (connection)
  "Wakes all threads that wait for the client of CONNECTION, which has been closed."
  (loop for (waits-for . thread) in *waiting*
        when (eq waits-for connection)
          do (send-to-thread thread *closed*)))
