;;;; What the runtime writes to the service's log: one line at a time, on standard error itself,
;;;; whatever the service has made of *ERROR-OUTPUT*.

(in-package #:lisplaunch)

(defun shortened (text limit)
  "TEXT, cut after LIMIT characters."
  (if (> (length text) limit)
      (concatenate 'string (subseq text 0 (1- limit)) "…")
      text))

(defun blank-p (char)
  "Whether CHAR is a blank, a line end or a control character."
  (or (char<= char #\Space) (char<= #\Rubout char #\U+9F)))

(defun words (text)
  "The words of TEXT, which blanks separate."
  (loop for start = (position-if-not #'blank-p text)
        then (position-if-not #'blank-p text :start end)
        while start
        for end = (or (position-if #'blank-p text :start start) (length text))
        collect (subseq text start end)))

(defun one-line (text &optional (limit 300))
  "The words of TEXT in one line, cut after LIMIT characters."
  (shortened (format nil "~{~a~^ ~}" (words text)) limit))

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
