;;;; One evaluation for a client of lisplaunch: what is read, evaluated, printed and returned.

(in-package #:lisplaunch)

(defstruct (evaluation (:constructor make-evaluation
                           (connection limit frames remember interactive each)))
  "One evaluation. What it needs to know is shared by the thread that evaluates, the one that attends
to it, and any other that writes to its streams."
  connection
  ;; What the client asked for, as EVALUATE says it.
  limit frames remember interactive each
  (worker sb-thread:*current-thread*)
  ;; Those of the server: one of them would end its thread.
  (outer-restarts (compute-restarts))
  (phase :read)
  output
  errors
  ;; How many messages the client was not asked about.
  (unanswered 0)
  ;; Whether all that the forms wrote has been sent.
  (finished nil))

(defun evaluate (text &key package (limit most-positive-fixnum) (frames 20)
                        remember interactive each)
  "Reads and evaluates the forms in TEXT for the client of this connection, which receives what they
print. PACKAGE is the name of the one to begin in, LIMIT how many characters of values are sent,
FRAMES how many frames of a backtrace. REMEMBER sets * and the like, INTERACTIVE asks the client for
input and restarts, and EACH sends the values of each form.

Returns one of
 (:OK count index-of-the-value-that-was-cut package prompt)
 (:ERROR phase type message frames package prompt)
 (:NO-PACKAGE)"
  (let ((package (if package
                     (or (find-package package) (find-package (string-upcase package)))
                     *package*))
        (evaluation (make-evaluation (this-connection) limit frames remember interactive each)))
    (if package
        (catch evaluation
          (let ((*package* package)
                (*readtable* *readtable*))
            (call-with-streams evaluation
                               (lambda () (evaluate-attended evaluation text)))))
        '(:no-package))))

(defun end-evaluation (evaluation result)
  "Lets EVALUATE return RESULT at once."
  (throw evaluation result))

(defun evaluate-attended (evaluation text)
  "Evaluates the forms in TEXT. Whatever ends that, their output is sent."
  (when (several-threads-p (evaluation-connection evaluation))
    (spawn (lambda () (attend evaluation)) "lisplaunch"))
  (unwind-protect
       (call-with-debugger-hook
        (lambda (condition hook)
          (declare (ignore hook))
          (enter-debugger evaluation condition))
        (lambda () (evaluate-and-send evaluation text)))
    (unwind-protect (flush-output evaluation)
      (setf (evaluation-finished evaluation) t))))

(defun attend (evaluation)
  "Sends what EVALUATION writes without filling a buffer, and ends it when its client has gone:
nothing else would."
  (loop until (or (evaluation-finished evaluation)
                  (not (sb-thread:thread-alive-p (evaluation-worker evaluation))))
        do (cond ((connected-p (evaluation-connection evaluation))
                  (flush-output evaluation)
                  (sleep 1/20))
                 (t
                  (ignore-errors
                   (sb-thread:interrupt-thread (evaluation-worker evaluation)
                                               (lambda () (abandon evaluation))))
                  (sleep 1/2)))))

(defun abandon (evaluation)
  "Ends EVALUATION and the thread that evaluates. One that went on would take an interrupt that the
client sent before it left, and wait for it in swank's debugger."
  (unless (evaluation-finished evaluation)
    (sb-thread:abort-thread)))

(defun evaluate-and-send (evaluation text)
  "Evaluates the forms in TEXT, sends the values of the last one, and returns the result."
  (let ((values (evaluate-forms evaluation text)))
    (finish-streams evaluation)
    (setf (evaluation-phase evaluation) :print)
    (list* :ok (length values) (send-values evaluation values) (current-package))))

(defun evaluate-forms (evaluation text)
  "Evaluates the forms in TEXT, each read once the one before it has returned: it may define the
package that the next is read in. Returns the values of the last one, unless they have been sent."
  (with-input-from-string (stream text)
    (loop with last = '()
          for form = (progn (setf (evaluation-phase evaluation) :read)
                            (read stream nil stream))
          until (eq form stream)
          do (setf (evaluation-phase evaluation) :evaluate)
             ;; Not set directly: the interpreter, in an image that lisplaunch did not start,
             ;; forgets to when a restart gave a value in the place of an unbound variable.
             (let ((values (evaluate-form evaluation form)))
               (if (evaluation-each evaluation)
                   (send-values-of-form evaluation values)
                   (setf last values)))
          finally (return last))))

(defun evaluate-form (evaluation form)
  "The values of FORM."
  (let ((values (multiple-value-list (eval form))))
    (when (evaluation-remember evaluation)
      (setf +++ ++ ++ + + form
            /// // // / / values
            *** ** ** * * (first values)))
    values))

(defun send-values-of-form (evaluation values)
  "Sends the VALUES of one form, after all that it wrote."
  (finish-streams evaluation)
  (setf (evaluation-phase evaluation) :print)
  (let ((cut (send-values evaluation values)))
    (send-piece evaluation "" (list :lisplaunch-values (length values) cut))))

(defun send-values (evaluation values)
  "Prints VALUES and sends them. Returns the index of the one at which the limit was reached, or NIL."
  (loop for value in values
        for index from 0
        unless (send-value evaluation value (list :lisplaunch-value index))
          return index))

(defun send-value (evaluation value target)
  "Prints VALUE and sends it, as far as the limit allows. True if that is all of it."
  (flet ((part (string)
           (let ((fits (min (evaluation-limit evaluation) (length string))))
             (send-text evaluation (subseq string 0 fits) target)
             (decf (evaluation-limit evaluation) fits)
             (when (< fits (length string))
               (return-from send-value nil)))))
    ;; Much faster than the stream, which locks for each character.
    (if (stringp value)
        (part (prin1-to-string value))
        (let ((stream (output-stream-to #'part)))
          (prin1 value stream)
          (finish-output stream)))
    t))

(defun current-package ()
  "The package at this point, as a list of its name and its shortest name."
  ;; One that was deleted has no name.
  (unless (package-name *package*)
    (setf *package* (find-package '#:common-lisp-user)))
  (list (package-name *package*) (prompt-name *package*)))
