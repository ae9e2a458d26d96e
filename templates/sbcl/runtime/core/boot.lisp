;;;; The steps that a command line names, in their order.

(in-package #:lisplaunch)

(defun boot (project &rest options &key (stop-timeout 10) &allow-other-keys)
  "Begins the start of the service PROJECT. STOP-TIMEOUT is how many seconds a stop may take; the
other OPTIONS are those of IDENTIFY and PREPARE-LOADING."
  (setf *stop-timeout* stop-timeout)
  (apply #'identify project options)
  (begin-process)
  (apply #'prepare-loading options))

(defun identify (project &key service profiles file &allow-other-keys)
  "Records which service this is. FILE is the project file."
  (when *identity*
    (error "this image is ~a already" (service-name)))
  (setf *identity* (list :project project :service service :profiles profiles :file file
                         :truename (and file (sb-unix:unix-realpath file)))))

(defun begin-process ()
  "Makes this process that of the service."
  (setf *manager* (find-manager))
  (choose-state-file)
  (choose-notify-socket)
  (choose-notify-descriptor)
  (choose-handed-sockets)
  (enter :loading)
  (prepare-exit)
  (take-stop-signals)
  (take-hangup)
  (take-unhandled-errors))

(defun prepare-loading (&key registry verbose &allow-other-keys)
  "Sees to what will be loaded. REGISTRY lists folders of systems that ASDF searches before all
others, seen from the project's folder; VERBOSE keeps what libraries write while they are compiled
and loaded."
  (take-compilation)
  (search-folders (project-folder) (mapcar #'project-pathname registry))
  (choose-loading-output verbose))

(defun choose-loading-output (verbose)
  "Lets a start print only errors of libraries, or all messages if VERBOSE is true."
  (cond (verbose (set-if-there "QL" "*QUICKLOAD-VERBOSE*" t))
        ((fboundp 'quiet-libraries) (funcall 'quiet-libraries))))

(defun set-if-there (package name value)
  "Sets the variable NAME of PACKAGE to VALUE; where there is none it is not needed."
  (let ((variable (and (find-package package) (find-symbol name package))))
    (when variable
      (setf (symbol-value variable) value))))

(defun prepare-core (project &rest options &key (stop-timeout 10) &allow-other-keys)
  "Begins a process that loads the code of a service and saves its image. The arguments are those of
BOOT."
  (setf *stop-timeout* stop-timeout)
  (apply #'identify project options)
  (load-part "saving")
  (funcall 'begin-saving)
  (enter :loading)
  (prepare-exit)
  (take-unhandled-errors)
  (apply #'prepare-loading options))

(defun search-folders (project registry)
  "Lets ASDF search the folders of REGISTRY before all others. What lies below them and below the
folder PROJECT is the project's own code, which the image remembers from now on."
  (dolist (folder (cons project registry))
    (add-own-folder (sb-ext:native-namestring folder)))
  (watch-sources)
  (when (find-package "ASDF")
    (load-part "asdf" (asdf-version)))
  (when registry
    (let ((variable (find-symbol "*CENTRAL-REGISTRY*" "ASDF")))
      (setf (symbol-value variable) (append registry (symbol-value variable))))))

(defun asdf-version ()
  "What the compiled asdf part depends on."
  (princ-to-string (funcall (find-symbol "ASDF-VERSION" "ASDF"))))

(defun project-pathname (name)
  "The file NAME as it is seen from the project's folder."
  (merge-pathnames (sb-ext:native-pathname name) (project-folder)))

(defun starting ()
  "Ends loading: the start forms come next."
  (begin-start))

(defun start-swank (&rest options)
  "Starts swank's server with OPTIONS, which are those of SERVE, and ends loading."
  (load-part "swank" (swank-version))
  (begin-start)
  (note-port (apply 'serve options)))

(defun swank-version ()
  "What the compiled swank part depends on."
  (let ((variable (find-symbol "*SWANK-WIRE-PROTOCOL-VERSION*" "SWANK")))
    (princ-to-string (and variable (boundp variable) (symbol-value variable)))))

(defun hunchentoot-version ()
  "What the compiled hunchentoot part depends on."
  (princ-to-string (symbol-value (find-symbol "*HUNCHENTOOT-VERSION*" "HUNCHENTOOT"))))

(defun stay ()
  "Ends the start. On a terminal SBCL's prompt comes next; without one the REPL would read the end
of its input and leave, so the main thread waits for the end of the process."
  (setf *package* (find-package '#:cl-user))
  (end-start)
  (unless (interactive-stream-p *standard-input*)
    (loop (sleep 3600))))
