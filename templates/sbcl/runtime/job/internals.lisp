;;;; What a job takes from the inside of SBCL's debugger, as swank does. Read in SBCL 2.2.9 and 2.6.7.

(in-package #:lisplaunch)

(defun innermost-frame ()
  "The frame of what signalled the condition that the debugger is entered for, without the functions
that signal."
  (or (ignore-errors (and sb-debug:*stack-top-hint* (sb-debug::resolve-stack-top-hint)))
      (sb-di:top-frame)))

(defun frame-texts (most)
  "Texts of the MOST innermost frames, as `eval` shows those of a running service."
  (let ((*print-pretty* t)
        (*print-readably* nil)
        (*print-level* 4)
        (*print-length* 6)
        (*print-lines* nil)
        (*print-right-margin* 100000)
        (*print-circle* t))
    (loop for frame = (innermost-frame) then (sb-di:frame-down frame)
          repeat most
          while frame
          collect (frame-text frame))))

(defun frame-text (frame)
  (handler-case
      (with-output-to-string (out)
        (sb-debug::print-frame-call frame out :allow-other-keys t :emergency-best-effort t))
    (serious-condition () "a frame that cannot be shown")))
