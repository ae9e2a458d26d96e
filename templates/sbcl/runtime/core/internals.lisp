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

(defun leave-without-c-exit-handlers ()
  "Lets the process leave by _exit after hooks and flushing. C's exit handlers wait for ever where
a thread was ended in the midst of the dynamic linker."
  (encapsulate 'sb-sys:os-exit
               (lambda (leave code &rest options)
                 (declare (ignore options))
                 (funcall leave code :abort t))))
