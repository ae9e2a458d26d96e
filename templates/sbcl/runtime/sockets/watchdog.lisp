;;;; Messages to the watchdog of the manager, as systemd's `WatchdogSec=` asks for them. Each comes
;;;; from a thread of its own, which evaluates a form first: none comes from an image in which no
;;;; thread can be made or none runs on, as while the memory is being cleared up without an end.
;;;; That the service answers anybody is not what they say.

(in-package #:lisplaunch)

(defun watchdog-time ()
  "How many seconds this process may be silent; NIL without a limit."
  (let ((time (environment-number "WATCHDOG_USEC"))
        (pid (environment-number "WATCHDOG_PID")))
    (and time
         (or (null pid) (= pid (sb-unix:unix-getpid)))
         (/ time 1000000))))

(defun send-sign-of-life ()
  (handler-case (when (eval '(list t))
                  (send-notification *notify-socket* "WATCHDOG=1"))
    (serious-condition () nil)))

(defun feed (pause)
  "Sends a sign of life every PAUSE seconds, until the process leaves."
  (loop until *leaving*
        do (handler-case
               (sb-thread:join-thread
                (sb-thread:make-thread 'send-sign-of-life :name "lisplaunch sign of life")
                :default nil)
             (serious-condition () nil))
           (sleep pause)))

(defun feed-watchdog ()
  "Begins to send signs of life, where the manager waits for them."
  (let ((time (watchdog-time)))
    (when time
      (sb-thread:make-thread 'feed :arguments (list (/ time 2)) :name "lisplaunch watchdog"))))
