;;;; What the server says in the service's log.

(in-package #:lisplaunch)

(defvar *recent-problems* '()
  "Pairs of a problem and the time of its last line in the log, the newest first.")

(defvar *problems-lock* (sb-thread:make-mutex :name "swank problems"))

(defun new-problem-p (problem &aux (now (get-universal-time)))
  "Whether the text PROBLEM was not logged within the last minute. It counts as logged from now on."
  (sb-thread:with-mutex (*problems-lock*)
    (let ((logged (assoc problem *recent-problems* :test #'string=)))
      (unless (and logged (< (- now (cdr logged)) 60))
        (setf *recent-problems*
              (acons problem now (subseq (remove logged *recent-problems*) 0
                                         (min 15 (length (remove logged *recent-problems*))))))))))

(defun log-problem (problem)
  "Writes a line about PROBLEM to the log: once a minute, however often somebody causes it."
  (ignore-errors
   (let ((text (let ((*print-pretty* nil)) (princ-to-string problem))))
     (when (new-problem-p text)
       (format *error-output* "~&;; swank: ~a~%" text)
       (finish-output *error-output*)))))

(defun attempt (work)
  "Calls WORK; true if nothing went wrong, else that is logged."
  (handler-case (progn (funcall work) t)
    (serious-condition (problem) (log-problem problem))))
