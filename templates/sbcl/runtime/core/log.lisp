;;;; What the runtime writes to the service's log: one line at a time, on standard error itself,
;;;; whatever the service has made of *ERROR-OUTPUT*.

(in-package #:lisplaunch)

(defun one-line (text &optional (limit 300))
  "TEXT with each run of blanks, line ends and control characters as one blank, cut after LIMIT
characters."
  (let ((line (with-output-to-string (line)
                (let ((blank nil))
                  (loop for char across text
                        do (cond ((or (char<= char #\Space) (char<= #\Rubout char #\U+9F))
                                  (setf blank t))
                                 (t (when (and blank (plusp (file-position line)))
                                      (write-char #\Space line))
                                    (setf blank nil)
                                    (write-char char line))))))))
    (if (> (length line) limit)
        (concatenate 'string (subseq line 0 (1- limit)) "…")
        line)))

(defun form-line (form &key (limit 120) (case :downcase))
  "FORM in one line, as a person would type it in CL-USER."
  (handler-case
      (with-usual-syntax
        (let ((*print-case* case)
              (*print-length* 8)
              (*print-level* 5))
          (one-line (prin1-to-string form) limit)))
    (serious-condition () "#<unprintable>")))

(defun log-line (control &rest arguments)
  "Writes a line to the log: CONTROL and ARGUMENTS are those of FORMAT."
  (ignore-errors
   (write-line (format nil "lisplaunch: ~?" control arguments) sb-sys:*stderr*)
   (finish-output sb-sys:*stderr*)))
