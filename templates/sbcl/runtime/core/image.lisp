;;;; Which service this is, and how far it has come.

(in-package #:lisplaunch)

(defvar *version* 1
  "The version of what clients may ask of the runtime.")

(defvar *identity* nil
  "A property list, once BOOT has run: :PROJECT, :SERVICE (NIL where the project is one service),
:PROFILES, :FILE as given and :TRUENAME as resolved.")

(defvar *phase* nil
  "How far the service has come: one of *PHASES*.")

(defvar *since* nil
  "When it came to that phase, in seconds of Unix time.")

(defvar *pid* nil
  "The number of the process that came to it.")

(defvar *note* nil
  "What a person should read now: what the service waits for, or its last words.")

(defvar *was-ready* nil
  "True once it was ready.")

(defvar *exit-code* nil
  "The code that the process leaves with, once it is known.")

(defvar *leaving* nil
  "True once the process leaves.")

(defvar *port* nil
  "The port of swank's server.")

(defparameter *phases* '(:loading :starting :ready :stopping :ended)
  "The phases of a service, in their order.")

(defun service-name ()
  "What people call the service."
  (or (getf *identity* :service) (getf *identity* :project)))

(defun project-folder ()
  "The folder of the project, in which `.lisplaunch` lies."
  (make-pathname :directory (butlast (pathname-directory *folder*)) :defaults *folder*))

(defun image ()
  "What this process is, as a property list of readable values."
  (append (list :pid (sb-unix:unix-getpid)
                :started (own-start-time)
                :phase *phase*
                :since *since*)
          *identity*
          (list :manager *manager*
                :port *port*
                :sockets (mapcar #'first *handed-sockets*)
                :note *note*
                :exit *exit-code*)))

(defun later-phase-p (phase)
  "Whether PHASE comes after the one of the service."
  (> (position phase *phases*)
     (or (position *phase* *phases*) -1)))

(defvar *state-lock* (sb-thread:make-mutex :name "lisplaunch state"))

(defmacro with-state-lock (&body body)
  "Evaluates BODY, which no other thread and no signal, which changes the state too, interrupts."
  `(sb-sys:without-interrupts
     (sb-thread:with-mutex (*state-lock*)
       ,@body)))

(defun forked-p ()
  "Whether this process is a child of the service, which has not come to a phase of its own."
  (not (eql *pid* (sb-unix:unix-getpid))))

(defun enter (phase &optional note)
  "Records that the service has come to PHASE, of which NOTE says more. It never goes back: what
ends may be overtaken by the end of the process. The end of a child is not that of the service."
  (with-state-lock
    (when (and (later-phase-p phase)
               (not (and (member phase '(:stopping :ended)) (forked-p))))
      (setf *phase* phase
            *pid* (sb-unix:unix-getpid)
            *since* (values (sb-ext:get-time-of-day))
            *note* note)
      (when (eq phase :ready) (setf *was-ready* t))
      (publish-state))))

(defun note (text)
  "Records TEXT as what a person should read now."
  (with-state-lock
    (unless (or (equal text *note*) *leaving*)
      (setf *note* text)
      (publish-state))))

(defun note-port (port)
  "Records the port of swank's server."
  (with-state-lock
    (setf *port* port)
    (publish-state)))

(defun publish-state ()
  "Lets everyone who may want to know read the state of the service."
  (write-state)
  (notify))
