;;;; A job: forms that are evaluated in a fresh image which has the code of the service, and in
;;;; which nothing of it was started. It writes how it goes into a file, a list at a time; the last
;;;; one of a job that came to its end is (:done package).

(in-package #:lisplaunch)

(defvar *job-report* nil
  "The native name of the file to write to.")

(defvar *job-phase* :load
  "What is done: :LOAD, :READ, :EVALUATE or :PRINT.")

(defvar *job-step* nil
  "What is loaded, for a person.")

(defvar *job-output* *standard-output*
  "Standard output, once everything is loaded.")

(defvar *job-ends* nil
  "Whether the process is about to end.")

(defun write-event (&rest event)
  (with-open-file (out (sb-ext:native-pathname *job-report*)
                       :direction :output :external-format :utf-8
                       :if-exists :append :if-does-not-exist :create)
    (with-standard-io-syntax
      (let ((*print-readably* nil))
        (format out "~s~%" event)))))

(defun prepare-job (report &key folder registry verbose)
  "Begins. REPORT is the file to write to; FOLDER and REGISTRY are those of the project. What is
written while the code is loaded is not what the job writes: it goes to standard error. VERBOSE
keeps what libraries write then."
  (setf *job-report* report
        *phase* :loading
        *standard-output* (make-synonym-stream '*error-output*)
        sb-ext:*invoke-debugger-hook* 'fail-job)
  (loop for (signal code) in `((,sb-unix:sigint 130) (,sb-unix:sigterm 143) (,sb-unix:sighup 129))
        do (let ((code code))
             (on-signal signal (lambda () (end-job code)))))
  (search-folders (sb-ext:native-pathname folder) (mapcar #'sb-ext:native-pathname registry))
  (choose-loading-output verbose))

(defun run-job (&key load files text package record)
  "Loads what the service loads: the forms LOAD load its systems, FILES come after them. Then evaluates the forms in the file TEXT, in the package of the name PACKAGE,
and leaves. RECORD has the values reported instead of printed."
  (dolist (form load)
    (setf *job-step* (form-activity form))
    (eval form))
  (dolist (file files)
    (setf *job-step* (format nil "loading ~a" file))
    (load (sb-ext:native-pathname file)))
  (setf *phase* :ready
        *standard-output* *job-output*)
  (write-event :loaded)
  (let ((found (or (find-package package) (find-package (string-upcase package)))))
    (unless found
      (write-event :no-package)
      (end-job 1))
    (let ((*package* found)
          (*readtable* *readtable*))
      (evaluate-job text record)
      (setf *job-phase* :print)
      (write-event :done (package-name *package*))))
  (end-job 0))

(defun evaluate-job (file record)
  "Evaluates the forms in FILE, each read once the one before it has returned."
  (with-open-file (text (sb-ext:native-pathname file) :external-format :utf-8)
    (loop for form = (progn (setf *job-phase* :read)
                            (read text nil text))
          until (eq form text)
          do (setf *job-phase* :evaluate)
             (let ((values (multiple-value-list (eval form))))
               (setf *job-phase* :print)
               (if record
                   (write-event :values (mapcar #'prin1-to-string values))
                   (print-values values))))))

(defun print-values (values)
  "Prints VALUES, each on a line of its own."
  (fresh-line)
  (dolist (value values)
    (prin1 value)
    (terpri))
  (finish-output))

(defun fail-job (condition hook)
  "Ends the job because of CONDITION."
  (declare (ignore hook))
  ;; An error in here must not wait for a person.
  (let ((sb-ext:*invoke-debugger-hook* 'end-at-once))
    (cond ((exit-in-progress)
           ;; A cleanup form failed while the stack was unwound.
           (resume-exit))
          (*job-ends*
           (end-current-thread))
          (t
           (write-event :error *job-phase* (printed-type condition)
                        (job-message condition)
                        (frame-texts 50)
                        (package-name *package*))
           (end-job 1)))))

(defun printed-type (condition)
  (handler-case (prin1-to-string (type-of condition))
    (serious-condition () "CONDITION")))

(defun job-message (condition)
  "What CONDITION reports, as `eval` shows it of a running service; and while the code is loaded,
what may help."
  (handler-case (if (eq *job-phase* :load)
                    (format nil "~@[~a: ~]~a~@[ (~a)~]" *job-step* (condition-line condition)
                            (hint condition (frames-of-error)))
                    (let ((*print-pretty* t))
                      (princ-to-string condition)))
    (error () "the condition cannot be shown")))

(defun end-job (code)
  "Ends the process, with what its unwinding and the exit hooks have to do."
  (unless *job-ends*
    (setf *job-ends* t)
    (ignore-errors (finish-output *job-output*))
    (sb-ext:exit :code code :timeout 10)))
