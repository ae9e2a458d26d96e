;; What the image runs for one evaluation. The server reads it in a package that knows only
;; NIL, T and QUOTE, with the standard syntax: so every symbol is qualified and LOOP has
;; keywords. It is interpreted where the image can, since compiling it would take longer than
;; most evaluations; what the caller wrote is evaluated as the image evaluates.
(cl:lambda (text package-name limit frames remember interactive each)
  (cl:let* ((connection swank::*emacs-connection*)
            (worker (swank::current-thread))
            (package (cl:if package-name
                            (cl:or (cl:find-package package-name)
                                   (cl:find-package (cl:string-upcase package-name)))
                            cl:*package*))
            (unanswered 0)
            (phase :read)
            ;; Those of the server, which would end its thread.
            (outer (cl:compute-restarts))
            (streams nil)
            (ending nil)
            (done nil))
    (cl:block evaluation
      (cl:labels
          ((connected ()
             (cl:open-stream-p (swank::connection.socket-io connection)))

           ;; A surrogate has no UTF-8, and swank would drop the whole message.
           (encodable (string)
             (cl:handler-case
                 (cl:progn (sb-ext:string-to-octets string :external-format :utf-8)
                           string)
               (cl:error ()
                 (sb-ext:octets-to-string
                  (sb-ext:string-to-octets string
                                           :external-format '(:utf-8 :replacement #\?))
                  :external-format :utf-8))))

           ;; Waits until the client has read what was sent: a slow one must not fill the
           ;; heap. Swank's own wait would last for ever when the client is gone.
           (wait-for-client ()
             (cl:let ((tag (swank::make-tag)))
               (swank::send-to-emacs (cl:list :ping (swank::current-thread-id) tag))
               (cl:loop :until (cl:or (swank::wait-for-event (cl:list :emacs-pong tag) t)
                                      (cl:not (connected)))
                        :do (cl:sleep 1/1000))))

           (send-piece (string target)
             (swank::with-connection (connection)
               (cl:let ((swank::*send-counter* 0))
                 (swank::send-to-emacs (cl:list :write-string (encodable string) target))
                 (cl:when (cl:> (cl:incf unanswered) 32)
                   (cl:setf unanswered 0)
                   (wait-for-client)))))

           ;; In pieces, since a frame holds 16 MB. Without the deadline that FORCE-OUTPUT
           ;; sets: it would leave in the stream's buffer what was sent already.
           (send (string target)
             (sb-sys:with-deadline (:seconds nil :override t)
               (cl:loop :for start :from 0 :below (cl:length string) :by 65536
                        :do (send-piece (cl:subseq string start
                                                   (cl:min (cl:length string)
                                                           (cl:+ start 65536)))
                                        target))))

           ;; A thread that outlives the evaluation may still hold the stream: it then
           ;; writes to the image's own.
           (output-stream (target own cl:&aux abandoned)
             (swank/backend:make-output-stream
              (cl:lambda (string cl:&aux sent)
                (cl:cond (done (cl:write-string string own))
                         (abandoned)
                         (t (cl:unwind-protect (cl:progn (send string target)
                                                         (cl:setf sent t))
                              ;; The buffer still holds it.
                              (cl:unless sent (cl:setf abandoned t))))))))

           (flush (stream)
             (cl:handler-case (cl:force-output stream)
               (cl:serious-condition ())))

           ;; Writes what lies in the buffers, and ends an evaluation whose client has gone:
           ;; nobody else would.
           (attend ()
             (cl:loop :while (cl:and (cl:not done) (swank/backend:thread-alive-p worker))
                      :do (cl:cond ((connected)
                                    (cl:mapc #'flush streams)
                                    (cl:sleep 1/20))
                                   (t
                                    (cl:ignore-errors
                                     (swank/backend:interrupt-thread worker #'leave))
                                    (cl:sleep 1/2)))))

           (leave ()
             (cl:unless ending
               (cl:return-from evaluation '(:gone))))

           (evaluate-forms (cl:&aux values)
             (cl:with-input-from-string (stream text)
               (cl:loop
                 (cl:setf phase :read)
                 (cl:let ((form (cl:read stream nil stream)))
                   (cl:when (cl:eq form stream)
                     (cl:return values))
                   (cl:setf phase :evaluate)
                   ;; Not set directly: the interpreter forgets to when a restart gave a value
                   ;; in the place of an unbound variable.
                   (cl:let ((returned (cl:multiple-value-list (cl:eval form))))
                     (cl:setf values returned))
                   (cl:when remember
                     (cl:setf cl:+++ cl:++ cl:++ cl:+ cl:+ form
                              cl:/// cl:// cl:// cl:/ cl:/ values
                              cl:*** cl:** cl:** cl:* cl:* (cl:first values)))
                   (cl:when each
                     (cl:finish-output (cl:first streams))
                     (cl:finish-output (cl:second streams))
                     (cl:setf phase :print)
                     (send-piece "" (cl:list :lisplaunch-values
                                             (cl:length values)
                                             (send-values values)))
                     ;; They have been sent.
                     (cl:setf values nil))))))

           ;; Returns the index of the value at which the limit was reached, or NIL.
           (send-values (values cl:&aux (index 0))
             (cl:labels ((part (string)
                           (cl:let ((fits (cl:min limit (cl:length string))))
                             (send (cl:subseq string 0 fits)
                                   (cl:list :lisplaunch-value index))
                             (cl:decf limit fits)
                             (cl:when (cl:< fits (cl:length string))
                               (cl:return-from send-values index)))))
               (cl:let ((stream (swank/backend:make-output-stream #'part)))
                 (cl:dolist (value values nil)
                   ;; Much faster than the stream, which locks for each character.
                   (cl:if (cl:stringp value)
                          (part (cl:prin1-to-string value))
                          (cl:prin1 value stream))
                   (cl:finish-output stream)
                   (cl:incf index)))))

           (short (string cl:&optional (most 65536))
             (encodable (cl:subseq string 0 (cl:min most (cl:length string)))))

           (current-package ()
             ;; One that was deleted has no name.
             (cl:unless (cl:package-name cl:*package*)
               (cl:setf cl:*package* (cl:find-package "COMMON-LISP-USER")))
             (cl:list (cl:package-name cl:*package*)
                      (swank::package-string-for-prompt cl:*package*)))

           (report (condition)
             (cl:list* :error
                       phase
                       (short (cl:prin1-to-string (cl:type-of condition)))
                       (short (swank::safe-condition-message condition))
                       (swank/backend:call-with-debugging-environment
                        (cl:lambda ()
                          (cl:loop :for frame :in (swank:backtrace 0 frames)
                                   :collect (short (cl:second frame)))))
                       (current-package)))

           ;; Showing a condition may fail in turn.
           (safe-report (condition)
             (swank/backend:call-with-debugger-hook
              (cl:lambda (another hook)
                (cl:declare (cl:ignore another hook))
                (cl:return-from safe-report (report-type condition)))
              (cl:lambda () (report condition))))

           ;; The debugger would wait for a client that may never come back.
           (instead-of-debugger (condition hook)
             (cl:declare (cl:ignore hook))
             (cl:return-from evaluation (safe-report condition)))

           ;; Without swank's own wait, for the reason given above.
           (ask (question reply tag)
             (swank::with-connection (connection)
               (swank::send-to-emacs question)
               (cl:loop
                 (cl:let ((event (swank::wait-for-event (cl:list reply tag 'answer) t)))
                   (cl:cond (event (cl:return (cl:third event)))
                            ((cl:not (connected)) (cl:return nil))
                            (t (cl:sleep 1/100)))))))

           (ask-for-text ()
             (cl:let ((tag (swank::make-tag)))
               (cl:or (ask (cl:list :read-string (swank::current-thread-id) tag)
                           :emacs-return-string tag)
                      "")))

           (ask-for-restart (report restarts)
             (cl:let ((tag (swank::make-tag)))
               (ask (cl:list :read-from-minibuffer (swank::current-thread-id) tag
                             (cl:list :lisplaunch-restarts report
                                      (cl:mapcar #'describe-restart restarts))
                             nil)
                    :emacs-return tag)))

           (describe-restart (restart)
             (cl:list (short (cl:princ-to-string (cl:restart-name restart)) 1000)
                      (cl:handler-case (short (cl:princ-to-string restart) 1000)
                        (cl:error () "it cannot be shown"))))

           (restarts (condition)
             (cl:let ((own (cl:remove-if (cl:lambda (restart) (cl:member restart outer))
                                         (cl:compute-restarts condition))))
               (cl:subseq own 0 (cl:min 100 (cl:length own)))))

           ;; Lets the client choose one of the restarts; without a choice the evaluation ends.
           ;; What a restart asks and does may fail in turn, so the hook stands again.
           (let-client-choose (condition hook)
             (cl:declare (cl:ignore hook))
             (swank/backend:call-with-debugger-hook
              #'let-client-choose
              (cl:lambda ()
                (cl:let ((report (safe-report condition))
                         (restarts (restarts condition)))
                  (cl:loop
                    (cl:mapc #'flush streams)
                    (cl:let ((choice (ask-for-restart report restarts)))
                      (cl:unless (cl:and (cl:integerp choice)
                                         (cl:< -1 choice (cl:length restarts)))
                        (cl:return-from evaluation report))
                      (cl:restart-case
                          (cl:invoke-restart-interactively (cl:nth choice restarts))
                        (cl:abort () :report "return to the error before this one"))))))))

           ;; For what fails when it is shown.
           (report-type (condition)
             (cl:list* :error
                       phase
                       (cl:or (cl:ignore-errors (cl:prin1-to-string (cl:type-of condition)))
                              "CONDITION")
                       "the condition cannot be shown"
                       nil
                       (current-package))))

        (cl:unless package
          (cl:return-from evaluation '(:no-package)))
        (cl:let* ((output (output-stream :lisplaunch-stdout cl:*standard-output*))
                  (errors (output-stream :lisplaunch-stderr cl:*error-output*))
                  (input (cl:if interactive
                                (swank/backend:make-input-stream
                                 (cl:lambda ()
                                   (cl:mapc #'flush streams)
                                   (ask-for-text)))
                                (cl:make-string-input-stream "")))
                  (both (cl:make-two-way-stream input output))
                  (cl:*package* package)
                  (cl:*readtable* cl:*readtable*)
                  (cl:*standard-output* output)
                  (cl:*trace-output* output)
                  (cl:*error-output* errors)
                  (cl:*standard-input* input)
                  (cl:*query-io* both)
                  (cl:*debug-io* both)
                  (cl:*terminal-io* both))
          (cl:setf streams (cl:list output errors))
          (cl:when (swank::use-threads-p)
            (swank/backend:spawn #'attend
                                 :name "lisplaunch"))
          (cl:unwind-protect
               (swank/backend:call-with-debugger-hook
                (cl:if interactive #'let-client-choose #'instead-of-debugger)
                (cl:lambda ()
                  (cl:let ((values (evaluate-forms)))
                    (cl:finish-output output)
                    (cl:finish-output errors)
                    (cl:setf phase :print)
                    (cl:list* :ok (cl:length values) (send-values values)
                              (current-package)))))
            (cl:setf ending t)
            (cl:unwind-protect (cl:mapc #'flush streams)
              (cl:setf done t))))))))
