;;;; One evaluation for a client of lisplaunch.

(in-package #:lisplaunch)

(defun evaluate (text package-name limit frames remember interactive each)
  "Reads and evaluates the forms in TEXT for the client of this connection, which receives what
they print. Returns a list that begins with :OK, :ERROR, :NO-PACKAGE or :GONE."
  (let* ((connection swank::*emacs-connection*)
            (worker (swank::current-thread))
            (package (if package-name
                            (or (find-package package-name)
                                   (find-package (string-upcase package-name)))
                            *package*))
            (unanswered 0)
            (phase :read)
            ;; Those of the server, which would end its thread.
            (outer (compute-restarts))
            (streams nil)
            (ending nil)
            (done nil))
    (block evaluation
      (labels
          ((connected ()
             (open-stream-p (swank::connection.socket-io connection)))

           ;; A surrogate has no UTF-8, and swank would drop the whole message.
           (encodable (string)
             (handler-case
                 (progn (sb-ext:string-to-octets string :external-format :utf-8)
                           string)
               (error ()
                 (sb-ext:octets-to-string
                  (sb-ext:string-to-octets string
                                           :external-format '(:utf-8 :replacement #\?))
                  :external-format :utf-8))))

           ;; Waits until the client has read what was sent: a slow one must not fill the
           ;; heap. Swank's own wait would last for ever when the client is gone.
           (wait-for-client ()
             (let ((tag (swank::make-tag)))
               (swank::send-to-emacs (list :ping (swank::current-thread-id) tag))
               (loop :until (or (swank::wait-for-event (list :emacs-pong tag) t)
                                      (not (connected)))
                        :do (sleep 1/1000))))

           (send-piece (string target)
             (swank::with-connection (connection)
               (let ((swank::*send-counter* 0))
                 (swank::send-to-emacs (list :write-string (encodable string) target))
                 (when (> (incf unanswered) 32)
                   (setf unanswered 0)
                   (wait-for-client)))))

           ;; In pieces, since a frame holds 16 MB. Without the deadline that FORCE-OUTPUT
           ;; sets: it would leave in the stream's buffer what was sent already.
           (send (string target)
             (sb-sys:with-deadline (:seconds nil :override t)
               (loop :for start :from 0 :below (length string) :by 65536
                        :do (send-piece (subseq string start
                                                   (min (length string)
                                                           (+ start 65536)))
                                        target))))

           ;; A thread that outlives the evaluation may still hold the stream: it then
           ;; writes to the image's own.
           (output-stream (target own &aux abandoned)
             (swank/backend:make-output-stream
              (lambda (string &aux sent)
                (cond (done (write-string string own))
                         (abandoned)
                         (t (unwind-protect (progn (send string target)
                                                         (setf sent t))
                              ;; The buffer still holds it.
                              (unless sent (setf abandoned t))))))))

           (flush (stream)
             (handler-case (force-output stream)
               (serious-condition ())))

           ;; Writes what lies in the buffers, and ends an evaluation whose client has gone:
           ;; nobody else would.
           (attend ()
             (loop :while (and (not done) (swank/backend:thread-alive-p worker))
                      :do (cond ((connected)
                                    (mapc #'flush streams)
                                    (sleep 1/20))
                                   (t
                                    (ignore-errors
                                     (swank/backend:interrupt-thread worker #'leave))
                                    (sleep 1/2)))))

           (leave ()
             (unless ending
               (return-from evaluation '(:gone))))

           (evaluate-forms (&aux values)
             (with-input-from-string (stream text)
               (loop
                 (setf phase :read)
                 (let ((form (read stream nil stream)))
                   (when (eq form stream)
                     (return values))
                   (setf phase :evaluate)
                   ;; Not set directly: the interpreter forgets to when a restart gave a value
                   ;; in the place of an unbound variable.
                   (let ((returned (multiple-value-list (eval form))))
                     (setf values returned))
                   (when remember
                     (setf +++ ++ ++ + + form
                              /// // // / / values
                              *** ** ** * * (first values)))
                   (when each
                     (finish-output (first streams))
                     (finish-output (second streams))
                     (setf phase :print)
                     (send-piece "" (list :lisplaunch-values
                                             (length values)
                                             (send-values values)))
                     ;; They have been sent.
                     (setf values nil))))))

           ;; Returns the index of the value at which the limit was reached, or NIL.
           (send-values (values &aux (index 0))
             (labels ((part (string)
                           (let ((fits (min limit (length string))))
                             (send (subseq string 0 fits)
                                   (list :lisplaunch-value index))
                             (decf limit fits)
                             (when (< fits (length string))
                               (return-from send-values index)))))
               (let ((stream (swank/backend:make-output-stream #'part)))
                 (dolist (value values nil)
                   ;; Much faster than the stream, which locks for each character.
                   (if (stringp value)
                          (part (prin1-to-string value))
                          (prin1 value stream))
                   (finish-output stream)
                   (incf index)))))

           (short (string &optional (most 65536))
             (encodable (subseq string 0 (min most (length string)))))

           (current-package ()
             ;; One that was deleted has no name.
             (unless (package-name *package*)
               (setf *package* (find-package "COMMON-LISP-USER")))
             (list (package-name *package*)
                      (swank::package-string-for-prompt *package*)))

           (report (condition)
             (list* :error
                       phase
                       (short (prin1-to-string (type-of condition)))
                       (short (swank::safe-condition-message condition))
                       (swank/backend:call-with-debugging-environment
                        (lambda ()
                          (loop :for frame :in (swank:backtrace 0 frames)
                                   :collect (short (second frame)))))
                       (current-package)))

           ;; Showing a condition may fail in turn.
           (safe-report (condition)
             (swank/backend:call-with-debugger-hook
              (lambda (another hook)
                (declare (ignore another hook))
                (return-from safe-report (report-type condition)))
              (lambda () (report condition))))

           ;; The debugger would wait for a client that may never come back.
           (instead-of-debugger (condition hook)
             (declare (ignore hook))
             (return-from evaluation (safe-report condition)))

           ;; Without swank's own wait, for the reason given above.
           (ask (question reply tag)
             (swank::with-connection (connection)
               (swank::send-to-emacs question)
               (loop
                 (let ((event (swank::wait-for-event (list reply tag 'answer) t)))
                   (cond (event (return (third event)))
                            ((not (connected)) (return nil))
                            (t (sleep 1/100)))))))

           (ask-for-text ()
             (let ((tag (swank::make-tag)))
               (or (ask (list :read-string (swank::current-thread-id) tag)
                           :emacs-return-string tag)
                      "")))

           (ask-for-restart (report restarts)
             (let ((tag (swank::make-tag)))
               (ask (list :read-from-minibuffer (swank::current-thread-id) tag
                             (list :lisplaunch-restarts report
                                      (mapcar #'describe-restart restarts))
                             nil)
                    :emacs-return tag)))

           (describe-restart (restart)
             (list (short (princ-to-string (restart-name restart)) 1000)
                      (handler-case (short (princ-to-string restart) 1000)
                        (error () "it cannot be shown"))))

           (restarts (condition)
             (let ((own (remove-if (lambda (restart) (member restart outer))
                                         (compute-restarts condition))))
               (subseq own 0 (min 100 (length own)))))

           ;; Lets the client choose one of the restarts; without a choice the evaluation ends.
           ;; What a restart asks and does may fail in turn, so the hook stands again.
           (let-client-choose (condition hook)
             (declare (ignore hook))
             (swank/backend:call-with-debugger-hook
              #'let-client-choose
              (lambda ()
                (let ((report (safe-report condition))
                         (restarts (restarts condition)))
                  (loop
                    (mapc #'flush streams)
                    (let ((choice (ask-for-restart report restarts)))
                      (unless (and (integerp choice)
                                         (< -1 choice (length restarts)))
                        (return-from evaluation report))
                      (restart-case
                          (invoke-restart-interactively (nth choice restarts))
                        (abort () :report "return to the error before this one"))))))))

           ;; For what fails when it is shown.
           (report-type (condition)
             (list* :error
                       phase
                       (or (ignore-errors (prin1-to-string (type-of condition)))
                              "CONDITION")
                       "the condition cannot be shown"
                       nil
                       (current-package))))

        (unless package
          (return-from evaluation '(:no-package)))
        (let* ((output (output-stream :lisplaunch-stdout *standard-output*))
                  (errors (output-stream :lisplaunch-stderr *error-output*))
                  (input (if interactive
                                (swank/backend:make-input-stream
                                 (lambda ()
                                   (mapc #'flush streams)
                                   (ask-for-text)))
                                (make-string-input-stream "")))
                  (both (make-two-way-stream input output))
                  (*package* package)
                  (*readtable* *readtable*)
                  (*standard-output* output)
                  (*trace-output* output)
                  (*error-output* errors)
                  (*standard-input* input)
                  (*query-io* both)
                  (*debug-io* both)
                  (*terminal-io* both))
          (setf streams (list output errors))
          (when (swank::use-threads-p)
            (swank/backend:spawn #'attend
                                 :name "lisplaunch"))
          (unwind-protect
               (swank/backend:call-with-debugger-hook
                (if interactive #'let-client-choose #'instead-of-debugger)
                (lambda ()
                  (let ((values (evaluate-forms)))
                    (finish-output output)
                    (finish-output errors)
                    (setf phase :print)
                    (list* :ok (length values) (send-values values)
                              (current-package)))))
            (setf ending t)
            (unwind-protect (mapc #'flush streams)
              (setf done t))))))))
