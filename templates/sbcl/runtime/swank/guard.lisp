;;;; A server that cannot hurt the service: swank's own, with these functions around its functions.
;;;; Each is called with the function that it surrounds and the arguments of that.

(in-package #:lisplaunch)

(defun accept-client (accept socket style &rest options)
  "Waits for the next client of SOCKET and leaves it to a thread of its own, so that the next one
need not wait for what it says."
  (declare (ignore accept options))
  (unless (attempt (lambda ()
                     (let ((client (accept-stream socket)))
                       (enter-newcomer client)
                       (spawn (lambda () (serve-client socket client style)) "swank newcomer"))))
    ;; No more threads or descriptors, perhaps.
    (sleep 1)))

(defun serve-client (socket client style)
  "Lets CLIENT in, or closes its connection."
  (if (attempt (lambda () (start-session socket client style)))
      (unless (getf *server* :dont-close)
        (swank:stop-server (getf *server* :port)))
      (ignore-errors (close client :abort t))))

(defun connect-client (connect socket client &rest style)
  "Checks CLIENT first. Every client comes through here, however it was accepted."
  (unwind-protect (check-client client) (leave-newcomers client))
  (apply connect socket client style))

(defun read-when-ready (read connection)
  "Reads what the client says once all threads of CONNECTION are known: a client that leaves before
would leave behind those that are not."
  (loop repeat *most-looks*
        until (threads-ready-p connection)
        do (sleep 1/1000))
  (funcall read connection))

(defun spawn-guarded (spawn work &rest options)
  "Starts a thread of swank's own: an error in it ends that thread alone."
  (apply spawn (lambda ()
                 (let ((*thread-of-swank* t)
                       (sb-ext:*invoke-debugger-hook* #'abort-thread-for))
                   (funcall work)))
         options))

(defun abort-thread-for (problem hook)
  "Ends this thread in the place of the debugger."
  (declare (ignore hook))
  (log-problem problem)
  (sb-thread:abort-thread))

(defun close-cleanly (close connection condition &rest backtrace)
  "Closes CONNECTION whatever its client no longer takes, and leaves no thread of it behind. That a
client left, as each of our own commands does, is not worth a line in the log."
  (shut-down (connection-stream connection))
  (flet ((close-it ()
           (if (typep (cause condition) '(or null stream-error))
               (call-without-log (lambda () (apply close connection condition backtrace)))
               (apply close connection condition backtrace))))
    (handler-case (close-it)
      (stream-error ()
        ;; What is left cannot be flushed.
        (close (connection-stream connection) :abort t)
        (attempt #'close-it))))
  (end-waits connection)
  (forget-dead-threads))
