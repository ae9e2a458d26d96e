;;;; When the service is ready: once its start forms have returned, or once what the project file
;;;; names for that is true.

(in-package #:lisplaunch)

(defvar *awaited* nil
  "What makes the service ready, for a person; NIL where it is the end of its start forms.")

(defvar *check-interval* 1/5
  "How many seconds are between two checks of it.")

(defmacro ready-when (form &key (timeout 300))
  "Makes the service ready once FORM is true and not when the last start form has returned. An error
in FORM means not yet. After TIMEOUT seconds the wait is reported, and goes on."
  `(await-readiness (lambda () ,form) (form-line ',form) ,timeout))

(defun ready-when-http (url &key (timeout 300))
  "As READY-WHEN, once URL answers with a status of success or redirection."
  (load-sockets)
  (await-readiness (funcall 'http-check url) url timeout))

(defun await-readiness (check awaited timeout)
  "Calls CHECK, which AWAITED describes, in a thread until it is true."
  (setf *awaited* awaited)
  (sb-thread:make-thread #'check-until-ready :arguments (list check timeout)
                                             :name "lisplaunch ready"))

(defun check-until-ready (check timeout)
  (let ((late nil)
        (deadline (+ (get-internal-real-time) (* timeout internal-time-units-per-second))))
    (loop
      (multiple-value-bind (ready problem) (handler-case (funcall check)
                                             (serious-condition (condition)
                                               (values nil (condition-line condition))))
        (when ready
          (return (become-ready)))
        (when (and (not late) (> (get-internal-real-time) deadline))
          (setf late (duration timeout))
          (log-line "~a is ~a" (service-name) (waiting-note late problem)))
        (note (waiting-note late problem)))
      (sleep *check-interval*))))

(defun waiting-note (late problem)
  "What the service waits for. LATE is for how long it has, once that is too long; PROBLEM is why
the last check failed."
  (format nil "~@[not ready after ~a: ~]waits for ~a~@[: ~a~]" late *awaited* problem))

(defun duration (seconds)
  "SECONDS for a person."
  (if (zerop (mod seconds 60))
      (format nil "~d min" (/ seconds 60))
      (format nil "~d s" seconds)))

(defun become-ready ()
  "Records that the service does its work."
  (take-stop-signals)
  (enter :ready)
  (when *notify-socket*
    (funcall 'feed-watchdog)))

;;; A start form that never returns, as that of a server in the main thread, leaves the service
;;; starting for ever. What is to be done then is said once it has taken long.

(defvar *start-patience* 10
  "How many seconds a start form may take before that is explained.")

(defvar *start-form* nil
  "The start form, where there is one; NIL where there are several, or it is not known.")

(defvar *start-timer* (sb-ext:make-timer 'explain-start :name "lisplaunch start" :thread t))

(defun find-start-form ()
  "The start form of the option of the command line that calls this, if only STAY comes after it."
  (let* ((frames (frames))
         (form (option-form (frames-of-option frames)))
         (begin (member "(lisplaunch:start" (command-line-options frames)
                        :key #'rest :test #'search)))
    (and (typep form '(cons (eql progn)))
         (= 2 (length begin))
         (form-line (first (last form))))))

(defun begin-start ()
  "Records that the start forms come next."
  (setf *start-form* (find-start-form))
  (enter :starting)
  (sb-ext:schedule-timer *start-timer* *start-patience*))

(defun end-start ()
  "Records that the start forms have returned."
  (sb-ext:unschedule-timer *start-timer*)
  (if *awaited*
      (take-stop-signals)
      (become-ready)))

(defun explain-start ()
  (when (and (eq *phase* :starting) (not *awaited*))
    (note (format nil "the start form ~@[~a ~]has not returned; `ready:` in the project file says ~
                       when it serves"
                  *start-form*))))
