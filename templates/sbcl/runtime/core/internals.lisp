;;;; What the runtime takes from the inside of SBCL. Read in SBCL 2.2.9 and 2.6.7.

(in-package #:lisplaunch)

(defun encapsulate (name around)
  "Calls AROUND instead of the function NAME, with that function and its arguments. Does nothing
where there is no such function: another version need not have it. Done again, it replaces AROUND;
a symbol stays, since SBCL goes through all code of a saved image each time."
  (when (fboundp name)
    (unless (and (symbolp around) (sb-int:encapsulated-p name 'lisplaunch))
      (sb-int:encapsulate name 'lisplaunch around))
    name))

(defun main-thread ()
  "The thread that SBCL started with."
  (sb-thread:main-thread))

(defun exit-in-progress ()
  "The code that the current thread leaves the process with; NIL where it does not."
  (let ((code sb-impl::*exit-in-progress*))
    (if (consp code) (first code) code)))

(defun debugger-disabled-p ()
  "Whether an error ends the process."
  (member sb-ext:*invoke-debugger-hook* '(sb-debug::debugger-disabled-hook end-with-last-words)))

(defun on-signal (signal function)
  "Calls FUNCTION, of no arguments, when SIGNAL comes, in whatever thread."
  (sb-sys:enable-interrupt signal (lambda (&rest details)
                                    (declare (ignore details))
                                    (funcall function))))

(defun signal-ignored-p (signal)
  "Whether SIGNAL does nothing."
  (let* ((set-handler (sb-alien:extern-alien "signal" (function sb-alien:unsigned-long sb-alien:int
                                                                sb-alien:unsigned-long)))
         (ignore 1)
         (handler (sb-alien:alien-funcall set-handler signal ignore)))
    (sb-alien:alien-funcall set-handler signal handler)
    (= handler ignore)))

(defun on-end (function)
  "Calls FUNCTION with the exit code when nothing is left to do but to end the process."
  (encapsulate 'sb-sys:os-exit
               (lambda (os-exit code &key abort)
                 (let ((code (exit-code code abort)))
                   (ignore-errors (funcall function code))
                   ;; By _exit: C's exit handlers wait for ever where a thread was ended in the
                   ;; midst of the dynamic linker.
                   (funcall os-exit code :abort t)))))

(defun exit-code (code abort)
  "The code that the parent of the process sees of CODE, an argument of EXIT."
  (cond ((integerp code) (ldb (byte 8 0) code))
        (abort 1)
        (t 0)))

(defun resume-exit ()
  "Goes on with the exit of the current thread."
  (throw 'sb-impl::%end-of-the-world t))

(defun command-line-frame-p (frame)
  "Whether FRAME is of the function that processes the command line."
  (frame-name-p frame "PROCESS-EVAL/LOAD-OPTIONS"))

(defun command-line-options (frames)
  "What the command line has SBCL evaluate and load, if FRAMES process it: a list of conses of :EVAL
or :LOAD and a text."
  (let ((options (second (find-if #'command-line-frame-p frames))))
    (and (listp options) (every #'consp options) options)))

(defun outer-frame-p (frame)
  "Whether FRAME is of what processes the command line, or of what starts a thread."
  (or (command-line-frame-p frame)
      (and (listp (first frame)) (member 'sb-thread::run (first frame)))))

(defun evaluation-frame-p (frame)
  "Whether FRAME is of the function that evaluates each form of a PROGN."
  (frame-name-p frame "SIMPLE-EVAL-IN-LEXENV"))

(defun end-process (code)
  "Ends the process with CODE at once."
  (sb-sys:os-exit code :abort t))

;;; A timer of Linux that kills this process. What hangs in here cannot hold it up: no lock, no blocked
;;; signal, no garbage collection that waits for a thread.

(defun make-kill-timer ()
  "A timer that does so once it is set and has run out; NIL where there is none to be had."
  #+linux
  (sb-alien:with-alien ((event (sb-alien:struct nil
                                                (value sb-alien:unsigned-long)
                                                (signal sb-alien:int)
                                                (kind sb-alien:int)
                                                (rest (array sb-alien:int 12))))
                        (timer sb-alien:unsigned-long))
    (let ((monotonic-clock 1)
          (send-signal 0))
      (setf (sb-alien:slot event 'value) 0
            (sb-alien:slot event 'signal) sb-unix:sigkill
            (sb-alien:slot event 'kind) send-signal)
      (and (zerop (sb-alien:alien-funcall
                   (sb-alien:extern-alien "timer_create"
                                          (function sb-alien:int sb-alien:int (* t) (* t)))
                   monotonic-clock (sb-alien:addr event) (sb-alien:addr timer)))
           timer))))

(defun set-timer (timer seconds)
  "Lets TIMER run out in SECONDS."
  (declare (ignorable timer seconds))
  #+linux
  (sb-alien:with-alien ((time (array sb-alien:long 4)))
    (multiple-value-bind (whole rest) (floor seconds)
      (loop for value in (list 0 0 whole (floor (* rest 1000000000)))
            for at from 0
            do (setf (sb-alien:deref time at) value)))
    (sb-alien:alien-funcall
     (sb-alien:extern-alien "timer_settime"
                            (function sb-alien:int sb-alien:unsigned-long sb-alien:int (* t) (* t)))
     timer 0 (sb-alien:addr time) (sb-alien:sap-alien (sb-sys:int-sap 0) (* t)))))

(defun create-private-file (name)
  "A stream that writes to the new file NAME, a native name, which only this user can read."
  (let ((fd (sb-unix:unix-open name (logior sb-unix:o_wronly sb-unix:o_creat sb-unix:o_trunc)
                               #o600)))
    (unless fd (error "cannot write ~a" name))
    (sb-sys:make-fd-stream fd :output t :buffering :full :external-format :utf-8)))

(defun unset-environment (name)
  "Removes the variable NAME from the environment."
  (sb-alien:alien-funcall
   (sb-alien:extern-alien "unsetenv" (function sb-alien:int sb-alien:c-string)) name))
