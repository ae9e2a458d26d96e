;;;; What an evaluation does where it would enter the debugger, which would wait for a client that
;;;; may never come back.

(in-package #:lisplaunch)

(defun enter-debugger (evaluation condition)
  "Ends EVALUATION with a report of CONDITION, unless the client chooses a restart."
  (if (evaluation-interactive evaluation)
      ;; What a restart asks and does may fail in turn.
      (call-with-debugger-hook
       (lambda (another hook)
         (declare (ignore hook))
         (enter-debugger evaluation another))
       (lambda () (let-client-choose evaluation condition)))
      (end-evaluation evaluation (report evaluation condition))))

(defun let-client-choose (evaluation condition)
  "Invokes the restarts that the client chooses until one does not come back. Without a choice the
evaluation ends."
  (loop with report = (report evaluation condition)
        with restarts = (own-restarts evaluation condition)
        do (flush-output evaluation)
           (let ((choice (ask-for-restart evaluation report restarts)))
             (unless (and (integerp choice) (< -1 choice (length restarts)))
               (end-evaluation evaluation report))
             (restart-case (invoke-restart-interactively (nth choice restarts))
               (abort () :report "return to the error before this one")))))

(defun own-restarts (evaluation condition)
  "The restarts for CONDITION that what is evaluated has, the innermost hundred."
  (let ((restarts (remove-if (lambda (restart)
                               (member restart (evaluation-outer-restarts evaluation)))
                             (compute-restarts condition))))
    (subseq restarts 0 (min 100 (length restarts)))))

(defun ask-for-restart (evaluation report restarts)
  "The index of the restart that the client chooses, or something else."
  (let ((tag (new-tag))
        (question (list :lisplaunch-restarts report (mapcar #'describe-restart restarts))))
    (ask-client evaluation :read-from-minibuffer :emacs-return tag question nil)))

(defun describe-restart (restart)
  "The name of RESTART and what it says that it does."
  (list (short (princ-to-string (restart-name restart)) 1000)
        (handler-case (short (princ-to-string restart) 1000)
          (error () "it cannot be shown"))))

(defun report (evaluation condition)
  "The result of EVALUATION that CONDITION ended. Showing it may fail in turn."
  (call-with-debugger-hook
   (lambda (another hook)
     (declare (ignore another hook))
     (return-from report (brief-report evaluation condition)))
   (lambda () (full-report evaluation condition))))

(defun full-report (evaluation condition)
  "All that is known about CONDITION."
  (list* :error
         (evaluation-phase evaluation)
         (short (prin1-to-string (type-of condition)))
         (short (condition-text condition))
         (mapcar #'short (backtrace (evaluation-frames evaluation)))
         (current-package)))

(defun brief-report (evaluation condition)
  "What can be said of a CONDITION that cannot be shown."
  (list* :error
         (evaluation-phase evaluation)
         (or (ignore-errors (prin1-to-string (type-of condition))) "CONDITION")
         "the condition cannot be shown"
         '()
         (current-package)))
