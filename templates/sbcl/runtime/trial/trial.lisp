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

(defvar *checking* nil
  "Whether this is a check, for which all of the project's own code is compiled.")

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

(defvar *loading-form* nil
  "The file and the bounds of the form at top level that was loaded last, as far as that is known.")

(defun report-failure (condition)
  (let ((file (or *compile-file-truename* *load-truename*)))
    (write-finding :failed (prin1-to-string (type-of condition)) (princ-to-string condition)
                   (and file (sb-ext:native-namestring file))
                   (or (and file (source-form file)) *loading-form*))))

(defun source-form (file)
  "FILE and the bounds of the form that was read from it last, if it is read now."
  (let ((bounds (reading-bounds t)))
    (and bounds (cons (sb-ext:native-namestring file) bounds))))

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

(defvar *error-severity* :error
  "How bad it is what cannot be read or compiled.")

(defvar *failure-severity* :warning
  "How bad it is what fails when it runs.")

(defvar *warnings-refused* nil
  "Whether a file of which the compiler warns is not loaded.")

(defvar *impossible-call* nil
  "Whether the compiler says of a call that it fails when it runs.")

(defun note-condition (condition)
  (let ((cause (reading-error condition)))
    (cond ((typep cause 'end-of-file)
           (report-problem *error-severity* *tried-file* (reading-bounds t)
                           "the file ends before the form that begins here"))
          (cause
           ;; Below an empty line it says where in its stream it was.
           (let ((text (message cause)))
             (report-problem *error-severity* *tried-file* (reading-bounds nil)
                             (subseq text 0 (search (format nil "~2%") text))
                             (multiple-value-list (unreadable-name cause)))))
          (t
           (report-problem (severity condition)
                           *tried-file*
                           (or (source-bounds) (and *checking* (reading-bounds t)))
                           (message condition))))))

(defun severity (condition)
  (typecase condition
    (style-warning (if *impossible-call* *failure-severity* :style))
    (warning (if *warnings-refused* *error-severity* *failure-severity*))
    (t *error-severity*)))

(defun report-problem (severity file bounds message &optional unknown)
  "Reports what is wrong in FILE. UNKNOWN is what UNREADABLE-NAME returns, a list."
  (apply #'write-finding :problem severity file bounds message (similar-names unknown)))

(defun similar-names (unknown)
  "The name that is UNKNOWN, and the names that there are in its place; nothing where that is not
known."
  (destructuring-bind (&optional package name) unknown
    (cond (name (list name (external-names package name)))
          (package (list (princ-to-string package) (package-names))))))

(defun external-names (package name)
  "The names of the external symbols of PACKAGE, and NAME if that is one of its own."
  (let ((names '()))
    (do-external-symbols (symbol package)
      (push (symbol-name symbol) names))
    (if (eq (nth-value 1 (find-symbol name package)) :internal)
        (cons name names)
        names)))

(defun package-names ()
  (loop for package in (list-all-packages)
        append (cons (package-name package) (package-nicknames package))))

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
          do (write-finding :problem (if (eq kind :type) :style *failure-severity*)
                            file bounds
                            (let ((*package* (find-package "KEYWORD"))
                                  (*print-case* :downcase))
                              (format nil "undefined ~(~a~): ~s" kind name))
                            (symbol-name name) (defined-names kind (symbol-package name)))))

(defun defined-names (kind package)
  "The names of PACKAGE that are defined as KIND says."
  (let ((names '()))
    (when package
      (do-symbols (symbol package)
        (when (and (eq (symbol-package symbol) package) (defined-p kind symbol))
          (push (symbol-name symbol) names))))
    names))

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
    (when (member file changed :test #'string=)
      (report-compilation file '())
      (compile-tried-file file output))
    (load (sb-ext:native-pathname file)))
  (report-undefined)
  (write-finding :done)
  (leave-trial 0))

(defun compile-tried-file (file output &rest options)
  (try-file file (lambda ()
                   (apply #'compile-file (sb-ext:native-pathname file)
                          :output-file (sb-ext:native-pathname output)
                          options))))

(defun leave-trial (code)
  (finish-output)
  (finish-output *error-output*)
  (sb-ext:exit :code code :abort t))
