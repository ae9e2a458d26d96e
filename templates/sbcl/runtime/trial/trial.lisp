;;;; The process that tries changed code before a running service loads it. It writes what it finds
;;;; into a file, a list at a time; the last one of a trial that came to its end is (:done).

(in-package #:lisplaunch)

(defvar *report* nil
  "The native name of the file to write to.")

(defvar *tried-file* nil
  "The native name of the file that is compiled, if it is the project's own.")

(defvar *undefined* '()
  "What was undefined where it was used: lists of :FUNCTION, :VARIABLE or :TYPE, the name, the file
and the bounds of the use.")

(defun write-finding (&rest finding)
  (with-open-file (out (sb-ext:native-pathname *report*)
                       :direction :output :external-format :utf-8
                       :if-exists :append :if-does-not-exist :create)
    (with-standard-io-syntax
      (let ((*print-readably* nil))
        (format out "~s~%" finding)))))

(defun prepare-trial (report &key folder registry)
  "Begins. REPORT is the file to write to; FOLDER and REGISTRY are those of the project."
  (setf *report* report)
  (leave-on-error)
  (search-folders (sb-ext:native-pathname folder) (mapcar #'sb-ext:native-pathname registry))
  (when (find-package "ASDF")
    (load-part "trial-systems" (asdf-version)))
  (on-undefined-reference 'note-undefined))

(defun leave-on-error ()
  "Lets an error, or SIGTERM, end the process. What the service does on its own exit, such as
removing a file of its process number, is not for this process."
  (flet ((leave ()
           (setf sb-ext:*exit-hooks* nil)
           (sb-ext:exit :code 1 :timeout 2)))
    (setf sb-ext:*invoke-debugger-hook*
          (lambda (condition hook)
            (declare (ignore hook))
            (ignore-errors (report-failure condition))
            (leave)))
    (on-signal sb-unix:sigterm #'leave)))

(defun report-failure (condition)
  (let ((file (or *compile-file-truename* *load-truename*)))
    (write-finding :failed (prin1-to-string (type-of condition)) (princ-to-string condition)
            (and file (sb-ext:native-namestring file)))))

;;; Compiling.

(defun report-compilation (source outputs)
  "Reports that the file SOURCE is about to be compiled to the files OUTPUTS: what fails may leave a
file, too."
  (write-finding :compiling source outputs))

(defun try-file (source compile)
  "Calls COMPILE, which compiles the project's own file SOURCE."
  (let ((*tried-file* source))
    (handler-bind ((warning #'note-condition)
                   (compiler-error #'note-condition))
      (funcall compile))))

(defun note-condition (condition)
  (let ((cause (reading-error condition)))
    (cond ((typep cause 'end-of-file)
           (report-problem :error *tried-file* (reading-bounds t)
                           "the file ends before the form that begins here"))
          (cause
           ;; Below an empty line it says where in its stream it stood.
           (let ((text (message cause)))
             (report-problem :error *tried-file* (reading-bounds nil)
                             (subseq text 0 (search (format nil "~2%") text)))))
          (t
           (report-problem (typecase condition
                             (style-warning :style)
                             (warning :warning)
                             (t :error))
                           *tried-file* (source-bounds) (message condition))))))

(defun report-problem (severity file bounds message)
  (write-finding :problem severity file bounds message))

(defun note-undefined (name kind)
  (when *tried-file*
    (pushnew (list kind name *tried-file* (source-bounds)) *undefined* :test #'equal)))

(defun defined-p (kind name)
  (ecase kind
    (:function (fboundp name))
    (:variable (known-variable-p name))
    (:type (ignore-errors (typep nil name) t))))

(defun report-undefined ()
  "Reports what is still undefined after everything was loaded."
  (loop for (kind name file bounds) in (reverse *undefined*)
        unless (defined-p kind name)
          do (report-problem (if (eq kind :type) :style :warning)
                             file bounds
                             (let ((*package* (find-package "KEYWORD"))
                                   (*print-case* :downcase))
                               (format nil "undefined ~(~a~): ~s" kind name)))))

;;; Trying.

;; They need ASDF, without which there are no systems.
(declaim (ftype function system-exists-p own-systems))

(defun try-code (load-systems &key systems files changed output)
  "Loads what the service loads: LOAD-SYSTEMS is a function that loads systems as the start does,
FILES come after them. SYSTEMS are names that a person has typed, and may not exist. Those of FILES
that have CHANGED are compiled as well, to the file OUTPUT, for the sake of what the compiler says:
LOAD would fail only when code runs that it cannot compile."
  (dolist (system systems)
    (unless (system-exists-p system)
      (write-finding :unknown-system system (own-systems))
      (leave-trial 1)))
  (funcall load-systems)
  (dolist (file files)
    (let ((source (sb-ext:native-pathname file)))
      (when (member file changed :test #'string=)
        (report-compilation file '())
        (try-file file (lambda ()
                         (compile-file source :output-file (sb-ext:native-pathname output)))))
      (load source)))
  (report-undefined)
  (write-finding :done)
  (leave-trial 0))

(defun leave-trial (code)
  (finish-output)
  (finish-output *error-output*)
  (sb-ext:exit :code code :abort t))
