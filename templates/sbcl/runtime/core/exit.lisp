;;;; How the service stops.

(in-package #:lisplaunch)

(defvar *stop-functions* '()
  "What ON-STOP registered, in order.")

(defmacro on-stop (&body forms)
  "Evaluates each of FORMS when the process leaves, in order, before SBCL ends its threads."
  `(setf *stop-functions*
         (append *stop-functions*
                 (list ,@(loop for form in forms collect `(lambda () ,form))))))

(defun run-stop-functions ()
  "What the exit of the process does first."
  (enter :stopping)
  (loop while *stop-functions*
        do (funcall (pop *stop-functions*))))

(defun leave ()
  "Leaves as on SIGTERM: the main thread unwinds, the stop forms run once, and the other threads
have the stop timeout to end. Called again it changes nothing."
  (sb-thread:interrupt-thread (main-thread)
                              (lambda ()
                                (unless (exit-in-progress-p)
                                  (sb-ext:exit)))))

(defun take-sigterm ()
  "Lets SIGTERM end the service through LEAVE."
  (on-signal sb-unix:sigterm #'leave))

(defun record-end (code)
  "What the end of the process does last."
  ;; A child that was forked may leave without being the service.
  (when (eql *pid* (sb-unix:unix-getpid))
    (setf *exit-code* code)
    (enter :ended *note*)))

(defun prepare-exit (timeout)
  "Sets up how the process leaves: TIMEOUT is in seconds."
  (setf sb-ext:*exit-timeout* timeout)
  (on-end 'record-end)
  (take-sigterm)
  (pushnew 'run-stop-functions sb-ext:*exit-hooks*))
