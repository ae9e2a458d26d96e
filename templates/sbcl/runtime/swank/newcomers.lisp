;;;; Clients that have not been let in: each is looked at in a thread of its own, and only one that
;;;; speaks as a client of swank does costs the service more than that.

(in-package #:lisplaunch)

(defparameter *most-newcomers* 64
  "How many clients may wait to be let in. The oldest makes room for another.")

(defparameter *patience* 5
  "How many seconds a client has for its first word.")

(defvar *newcomers* '()
  "Streams of clients that have not yet been let in, the oldest first.")

(defvar *newcomers-lock* (sb-thread:make-mutex :name "swank newcomers"))

(defun make-room ()
  "Sends all but the newest newcomers away. While many of them have not gone yet, it waits: for a
second at most."
  (loop repeat 1000
        do (sb-thread:with-mutex (*newcomers-lock*)
             (mapc #'shut-down (butlast *newcomers* (1- *most-newcomers*))))
        while (nthcdr (* 2 *most-newcomers*) *newcomers*)
        do (sleep 1/1000)))

(defun enter-newcomer (client)
  "Counts CLIENT among the newcomers."
  (make-room)
  (sb-thread:with-mutex (*newcomers-lock*)
    (setf *newcomers* (append *newcomers* (list client)))))

(defun leave-newcomers (client)
  "CLIENT has been let in or sent away."
  (sb-thread:with-mutex (*newcomers-lock*)
    (setf *newcomers* (remove client *newcomers*))))

(defun check-client (client)
  "Signals an error unless CLIENT may come in."
  (handler-case (sb-sys:with-deadline (:seconds *patience*)
                  (let ((secret (secret-to-ask-for)))
                    (if secret
                        (check-secret client secret)
                        (check-first-word client))))
    (end-of-file () (error "a client left before it was let in"))
    (sb-sys:deadline-timeout () (error "a client did not say what it wants"))))

(defun check-first-word (client)
  "Signals an error unless CLIENT begins as messages do, with six hexadecimal digits, which stay to
be read. What comes from a browser, a health check or a port scanner does not."
  (let ((word (peek client 6)))
    (cond ((zerop (length word))
           (error 'end-of-file :stream client))
          ((notevery (lambda (byte) (digit-char-p (code-char byte) 16)) word)
           (error "a client does not speak swank's protocol")))))
