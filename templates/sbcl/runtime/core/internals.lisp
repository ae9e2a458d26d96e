;;;; What the runtime takes from the inside of SBCL. Read in SBCL 2.2.9 and 2.6.7.

(in-package #:lisplaunch)

(defun encapsulate (name around)
  "Calls AROUND instead of the function NAME, with that function and its arguments. Does nothing
where there is no such function: another version need not have it. Done again, it replaces AROUND."
  (when (fboundp name)
    (sb-int:encapsulate name 'lisplaunch around)
    name))

(defun main-thread ()
  "The thread that SBCL started with."
  (sb-thread:main-thread))

(defun exit-in-progress-p ()
  "Whether the process is leaving."
  (and sb-impl::*exit-in-progress* t))

(defun on-signal (signal function)
  "Calls FUNCTION, of no arguments, when SIGNAL comes, in whatever thread."
  (sb-sys:enable-interrupt signal (lambda (&rest details)
                                    (declare (ignore details))
                                    (funcall function))))

(defun on-end (function)
  "Calls FUNCTION with the exit code when nothing is left to do but to end the process, which then
ends by _exit. C's exit handlers wait for ever where a thread was ended in the midst of the dynamic
linker."
  (encapsulate 'sb-sys:os-exit
               (lambda (os-exit code &rest options)
                 (declare (ignore options))
                 (ignore-errors (funcall function code))
                 (funcall os-exit code :abort t))))

(defun create-private-file (name)
  "A stream that writes to the new file NAME, a native name, which only this user can read."
  (let ((fd (sb-unix:unix-open name (logior sb-unix:o_wronly sb-unix:o_creat sb-unix:o_trunc)
                               #o600)))
    (unless fd (error "cannot write ~a" name))
    (sb-sys:make-fd-stream fd :output t :buffering :full :external-format :utf-8)))
