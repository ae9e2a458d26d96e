;;;; What the server says in the service's log.

(in-package #:lisplaunch)

(defvar *recent-problems* '()
  "Pairs of a problem and the time of its last line in the log, the newest first.")

(defvar *problems-lock* (sb-thread:make-mutex :name "swank problems"))

(defun new-problem-p (problem)
  "Whether the text PROBLEM was not logged within the last minute. It counts as logged from now on."
  (sb-thread:with-mutex (*problems-lock*)
    (let* ((now (get-universal-time))
           (logged (assoc problem *recent-problems* :test #'string=))
           (others (remove logged *recent-problems*)))
      (unless (and logged (< (- now (cdr logged)) 60))
        (setf *recent-problems*
              (acons problem now (subseq others 0 (min 15 (length others)))))))))

(defun log-problem (problem)
  "Writes a line about PROBLEM to the log: once a minute, however often it occurs."
  (let ((text (or (ignore-errors (princ-to-string problem)) "a condition that cannot be shown")))
    (when (new-problem-p text)
      (log-line "swank: ~a" (one-line text)))))

(defun attempt (work)
  "Calls WORK; true if nothing went wrong, else that is logged."
  (handler-case (progn (funcall work) t)
    (serious-condition (problem) (log-problem problem))))
