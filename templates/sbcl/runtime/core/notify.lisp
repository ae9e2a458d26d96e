;;;; Notifications to the manager of the service, where it waits for them: systemd's `Type=notify` names
;;;; a socket in the environment, and the `run` of a service folder for s6 a descriptor.

(in-package #:lisplaunch)

(defvar *notify-socket* nil
  "The name of the socket; NIL where nothing is sent.")

(defun choose-notify-socket ()
  "Finds out whether the manager waits for messages."
  (let ((name (environment "NOTIFY_SOCKET")))
    (when name
      (handler-case (progn (load-sockets)
                           (setf *notify-socket* name))
        (error (condition)
          (log-line "no message can be sent to ~a: ~a" name (condition-line condition)))))))

(defun load-sockets ()
  "Loads what needs SBCL's sockets. Only the main thread does, at the start."
  (require :sb-bsd-sockets)
  (load-part "sockets"))

(defun notification ()
  "The message that says how far the service has come."
  (format nil "~@[~a~%~]STATUS=~(~a~)~@[: ~a~]"
          (case *phase*
            (:ready "READY=1")
            (:stopping "STOPPING=1"))
          *phase* *note*))

(defun notify ()
  "Sends the manager the phase of the service, if it waits for that. A manager that is away does no
harm."
  (when (eq *phase* :ready)
    (notify-descriptor))
  (when (and *notify-socket* (not (eq *phase* :ended)))
    (handler-case (funcall 'send-notification *notify-socket* (notification))
      (serious-condition () nil))))

(defvar *notify-descriptor* nil
  "The descriptor that gets a newline once the service is ready; NIL where none does.")

(defvar *descriptor-variable* "LISPLAUNCH_NOTIFY_FD"
  "The variable that holds its number.")

(defun choose-notify-descriptor ()
  "Finds out whether the manager waits at a descriptor. The variable is for this process alone: it
is the descriptor of no other that the service may start."
  (setf *notify-descriptor* (environment-number *descriptor-variable*))
  (unset-environment *descriptor-variable*))

(defun notify-descriptor ()
  "Writes the newline, once."
  (when *notify-descriptor*
    (let ((descriptor (shiftf *notify-descriptor* nil))
          (newline (make-array 1 :element-type '(unsigned-byte 8) :initial-element 10)))
      (sb-unix:unix-write descriptor newline 0 1)
      (sb-unix:unix-close descriptor))))
