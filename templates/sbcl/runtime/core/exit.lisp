;;;; How the service stops: once, with its stop forms in their order, within the stop timeout.

(in-package #:lisplaunch)

(defvar *stop-forms* '()
  "What ON-STOP registered, in order: a form and its function each.")

(defvar *stop-timeout* 10
  "How many seconds a stop may take.")

(defvar *leave-code* 0
  "The code that the process leaves with.")

(defvar *deadline* nil
  "When it ends whatever its threads do, in internal real time.")

(defparameter *kill-delay* 2
  "How many seconds after the deadline the kernel kills the process, if it is still there. Less than
what a manager allows beyond the stop timeout.")

(defvar *kill-timer* nil
  "The timer of the kernel that does it; NIL where there is none.")

(defvar *watcher-name* "lisplaunch stop"
  "The name of the thread that ends the process at the deadline.")

(defmacro on-stop (&body forms)
  "Evaluates each of FORMS when the process leaves, in order, before SBCL ends its threads."
  `(setf *stop-forms*
         (append *stop-forms*
                 (list ,@(loop for form in forms collect `(cons ',form (lambda () ,form)))))))

(defun begin-to-leave (code &optional note)
  "Records that the process leaves with CODE, and why in NOTE, once. From then on the stop timeout
runs."
  (unless (sb-ext:compare-and-swap (symbol-value '*leaving*) nil t)
    (setf *leave-code* code
          *deadline* (+ (get-internal-real-time)
                        (* *stop-timeout* internal-time-units-per-second)))
    ;; An image that was not booted has a timeout and exit hooks of its own.
    (when *identity*
      (when *kill-timer* (set-timer *kill-timer* (+ *stop-timeout* *kill-delay*))))
    (enter :stopping note)
    (if *identity*
        (watch-exit)
        (setf sb-ext:*exit-hooks* (append sb-ext:*exit-hooks* '(end-threads))))))

(defun leave (&optional (code 0) note)
  "Leaves as on SIGTERM: the main thread unwinds, the stop forms run once, and the other threads
have the rest of the stop timeout to end. Called again it changes nothing."
  ;; A signal comes in any thread, and what that thread belongs to may end it in here.
  (unwind-protect (begin-to-leave code note)
    (sb-thread:interrupt-thread (main-thread) #'leave-main-thread)))

(defun leave-main-thread ()
  (unless (exit-in-progress)
    (sb-ext:exit :code *leave-code*)))

(defun run-stop-form (form function)
  "Calls FUNCTION, which evaluates FORM. An error is logged: what comes next has to run, too."
  (handler-case (funcall function)
    (serious-condition (condition)
      (log-line "stop form ~a failed: ~a" (form-line form) (condition-line condition)))))

(defvar *stopped* nil
  "True once STOP has run: an exit in another thread has the main one run its hooks, too.")

(defun stop ()
  "The exit hook."
  (unless (or *stopped* (forked-p))
    (setf *stopped* t)
    (begin-to-leave (exit-in-progress))
    ;; Not at the start: to redefine what SBCL calls itself takes milliseconds.
    (on-end 'record-end)
    (when (fboundp 'finish-answers)
      (funcall 'finish-answers))
    (loop for (form . function) in *stop-forms*
          do (run-stop-form form function))
    (end-threads)
    (setf sb-ext:*exit-timeout* (time-left))))

(defun time-left ()
  "How many seconds are left to stop."
  (max 0 (/ (- *deadline* (get-internal-real-time)) internal-time-units-per-second)))

(defun watch-exit ()
  "Ends the process at the deadline, and reports that. SBCL ends the watching thread with all others;
what it does afterwards may still wait for ever, for a lock of a thread that was ended while it held
that. *KILL-TIMER* is for that."
  (handler-case
      ;; A thread is born with the signals blocked that its maker blocks, as the handler of a signal
      ;; does, and could not be ended then.
      (sb-sys:with-interrupts
        (sb-thread:make-thread #'end-at-deadline :name *watcher-name*))
    (serious-condition () nil)))

(defun end-at-deadline ()
  (sleep (time-left))
  (log-line "~a did not stop within ~d s, so it is ended" (service-name) *stop-timeout*)
  (on-end 'record-end)
  (end-process *leave-code*))

(defun record-end (code)
  "What the end of the process does last."
  (unless (forked-p)
    (setf *exit-code* code)
    (unless (or *last-words* *was-ready* (eql code 0))
      (setf *last-words* (format nil "left with exit code ~d" code)))
    (enter :ended (or *last-words* *note*))
    (write-last-words)))

(defun prepare-exit ()
  "Sets up how the process leaves."
  ;; For who calls SB-EXT:EXIT.
  (setf sb-ext:*exit-timeout* *stop-timeout*
        *kill-timer* (ignore-errors (make-kill-timer)))
  (pushnew 'stop sb-ext:*exit-hooks*))
