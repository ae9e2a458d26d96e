;;;; What the service says of the error that ends it: the condition, the frames, and as the very
;;;; last line of the log which step failed, and why.

(in-package #:lisplaunch)

(defvar *last-words* nil
  "What failed and why, in one line, once that is known.")

(defun full-message (condition)
  "The message of CONDITION, without the stream that a reader's error names."
  (let ((text (handler-case
                  ;; Some messages are lines only where they are printed prettily.
                  (let ((*print-pretty* t)
                        (*print-right-margin* 10000))
                    (princ-to-string condition))
                (serious-condition () ""))))
    (with-input-from-string (lines text)
      (format nil "~{~a~^~%~}" (loop for line = (read-line lines nil)
                                     while line
                                     unless (search "Stream: " line) collect line)))))

(defun condition-line (condition)
  "The message of CONDITION in one line."
  (let ((line (one-line (full-message condition))))
    (if (string= line "") (form-line (type-of condition)) line)))

(defun system-name (designator)
  "The name of the system that DESIGNATOR, a form, means; NIL where it is none."
  (typecase designator
    ((cons (eql quote)) (system-name (second designator)))
    (null nil)
    ((or symbol string) (string-downcase designator))))

(defun form-activity (form)
  "What evaluating FORM, a step of the command line, is for a person."
  (flet ((operator-p (&rest names)
           (and (consp form) (symbolp (first form)) (member (first form) names :test #'string=))))
    (cond ((and (operator-p '#:quickload '#:load-system) (system-name (second form)))
           (format nil "loading system ~a" (system-name (second form))))
          ((operator-p '#:start-swank)
           (format nil "starting swank on port ~d" (getf (rest form) :port)))
          ((operator-p '#:stay '#:resume) nil)
          (t (form-line form)))))

(defun option-activity (option)
  "What OPTION, a value of CURRENT-OPTION, is for a person."
  (destructuring-bind (&optional kind value) option
    (ecase kind
      ((nil) nil)
      (:evaluate (form-activity value))
      (:read (format nil "reading ~a" (one-line (start-form-text value) 120)))
      (:load (format nil "loading ~a"
                     (sb-ext:native-namestring (enough-namestring value (project-folder))))))))

(defun start-form-text (text)
  "The start form in TEXT, an option of the command line that could not be read; TEXT itself where
it holds none."
  (let* ((own (search "(lisplaunch:start" text))
         (start (and own
                     (let ((*read-suppress* t))
                       (nth-value 1 (read-from-string text t nil :start own))))))
    (if start
        (subseq text start (position #\) text :from-end t))
        text)))

(defun activity (frames)
  "What the current thread does in FRAMES."
  (if (eq sb-thread:*current-thread* (main-thread))
      (option-activity (current-option frames))
      (format nil "in thread ~s" (sb-thread:thread-name sb-thread:*current-thread*))))

(defun report-error (condition frames)
  "Writes CONDITION and the innermost FRAMES to the log."
  (ignore-errors
   (format sb-sys:*stderr* "~&Unhandled ~a in thread ~s: ~a~%"
           (form-line (type-of condition) :case :upcase)
           (sb-thread:thread-name sb-thread:*current-thread*)
           (shortened (full-message condition) 4000))
   (loop for frame in frames
         for number below 20
         do (format sb-sys:*stderr* "~2d: ~a~%" number (form-line frame :limit 160 :case :upcase)))
   (finish-output sb-sys:*stderr*)))

(defun compose-last-words (condition frames)
  "What failed and why, and what may help."
  (format nil "~@[~a: ~]~a~@[ (~a)~]"
          (activity frames) (condition-line condition) (hint condition frames)))

(defvar *usual-failure* "did not start"
  "What is said of a service that fails before it is ready.")

(defvar *failure* *usual-failure*
  "The same for this process, which may not be there to start it.")

(defun last-line ()
  "The last line of the log of a service that failed."
  (format nil "~a ~a: ~a" (service-name) (if *was-ready* "ended" *failure*) *last-words*))

(defun end-line ()
  "Ends the line that the service has begun on standard output, which is often the same log."
  (when (sb-sys:wait-until-fd-usable 1 :output 0 nil)
    (ignore-errors
     (fresh-line sb-sys:*stdout*)
     (finish-output sb-sys:*stdout*))))

(defun write-last-words ()
  "Writes the last line, unless it would have to wait for a reader."
  (when (and *last-words* (sb-sys:wait-until-fd-usable 2 :output 1 nil))
    (end-line)
    (log-line "~a" (last-line))))

(defun end-with-last-words (condition hook)
  "Ends the service because of CONDITION, as SBCL does where the debugger is disabled."
  (declare (ignore hook))
  ;; SBCL has taken the hook away for the time of this call, and an error in here must not wait for
  ;; a person either.
  (let* ((sb-ext:*invoke-debugger-hook* 'end-at-once)
         (frames (frames-of-error)))
    (cond ((exit-in-progress)
           ;; A cleanup form failed while the stack was unwound: the exit goes on without it.
           (report-error condition frames)
           (resume-exit))
          (*leaving*
           (report-error condition frames)
           (end-current-thread))
          (t
           (setf *last-words* (compose-last-words condition frames))
           (begin-to-leave 1 *last-words*)
           (report-error condition frames)
           (sb-ext:exit :code 1)))))

(defun end-current-thread ()
  "Ends the current thread of a process that leaves."
  (if (eq sb-thread:*current-thread* (main-thread))
      (sb-ext:exit :code *leave-code*)
      (sb-thread:abort-thread)))

(defun end-at-once (condition hook)
  "Ends the process without more words."
  (declare (ignore condition hook))
  (end-process 1))

(defun take-unhandled-errors ()
  "Lets an error that ends the process leave last words, unless the debugger is there for it."
  (when (debugger-disabled-p)
    (setf sb-ext:*invoke-debugger-hook* 'end-with-last-words)))
