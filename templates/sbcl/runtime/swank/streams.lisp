;;;; The streams of an evaluation: what it writes goes to the client, what it reads comes from there.

(in-package #:lisplaunch)

(defparameter *piece* 65536
  "How many characters one message holds at most: a frame of swank holds 16 MB, and one string of a
report is not longer either.")

(defun call-with-streams (evaluation function)
  "Calls FUNCTION with the streams of EVALUATION in the place of the image's."
  (let* ((output (client-output evaluation :lisplaunch-stdout *standard-output*))
         (errors (client-output evaluation :lisplaunch-stderr *error-output*))
         (input (client-input evaluation))
         (both (make-two-way-stream input output))
         (*standard-output* output)
         (*trace-output* output)
         (*error-output* errors)
         (*standard-input* input)
         (*query-io* both)
         (*debug-io* both)
         (*terminal-io* both))
    (setf (evaluation-output evaluation) output
          (evaluation-errors evaluation) errors)
    (funcall function)))

(defun client-output (evaluation target own)
  "A stream that sends what is written to it to TARGET. A thread that outlives EVALUATION may still
hold it: what that one writes goes to OWN, the image's."
  (let ((abandoned nil))
    (output-stream-to
     (lambda (string)
       (cond ((evaluation-finished evaluation)
              (write-string string own))
             ((not abandoned)
              ;; When sending is broken off, the stream's buffer still holds what was sent.
              (setf abandoned t)
              (send-text evaluation string target)
              (setf abandoned nil)))))))

(defun client-input (evaluation)
  "A stream of lines that the client is asked for; an empty one where there is no client to ask."
  (if (evaluation-interactive evaluation)
      (input-stream-from (lambda ()
                           (flush-output evaluation)
                           (ask-for-text evaluation)))
      (make-string-input-stream "")))

(defun ask-for-text (evaluation)
  "The text that the client gives, empty at the end of its input."
  (let ((tag (new-tag)))
    (or (ask-client evaluation :read-string :emacs-return-string tag) "")))

(defun ask-client (evaluation question answer tag &rest parts)
  "Sends a QUESTION and returns what the ANSWER holds; NIL when the client has gone. Swank's own wait
could last for ever in an image that lisplaunch did not start."
  (call-with-connection
   (evaluation-connection evaluation)
   (lambda ()
     (apply #'ask question tag parts)
     (loop for pause = 1/1000 then (min 1/20 (* 3/2 pause))
           for message = (received answer tag)
           until (or message (not (connected-p (evaluation-connection evaluation))))
           do (sleep pause)
           finally (return (third message))))))

(defun flush-output (evaluation)
  "Sends what lies in the buffers, if that can be done."
  (flet ((flush (stream)
           (handler-case (force-output stream)
             (serious-condition ()))))
    (flush (evaluation-output evaluation))
    (flush (evaluation-errors evaluation))))

(defun finish-streams (evaluation)
  "Sends what lies in the buffers."
  (finish-output (evaluation-output evaluation))
  (finish-output (evaluation-errors evaluation)))

(defun send-text (evaluation string target)
  "Sends STRING to TARGET, in pieces."
  ;; Without the deadline that FORCE-OUTPUT sets: the buffer would keep what was sent before it.
  (sb-sys:with-deadline (:seconds nil :override t)
    (loop for start from 0 below (length string) by *piece*
          for end = (min (length string) (+ start *piece*))
          do (send-piece evaluation (subseq string start end) target))))

(defun send-piece (evaluation string target)
  "Sends STRING in one message. Waits now and then until the client has read what was sent: a slow
one must not fill the heap."
  (call-with-connection
   (evaluation-connection evaluation)
   (lambda () (send-message :write-string (encodable string) target)))
  (when (> (incf (evaluation-unanswered evaluation)) 32)
    (setf (evaluation-unanswered evaluation) 0)
    (ask-client evaluation :ping :emacs-pong (new-tag))))

(defun encodable (string)
  "STRING with question marks for what has no UTF-8, as surrogates: swank would drop all of it."
  (handler-case
      (progn (sb-ext:string-to-octets string :external-format :utf-8)
             string)
    (error ()
      (sb-ext:octets-to-string
       (sb-ext:string-to-octets string :external-format '(:utf-8 :replacement #\?))
       :external-format :utf-8))))

(defun short (string &optional (most *piece*))
  "The beginning of STRING, for a report."
  (encodable (subseq string 0 (min most (length string)))))
