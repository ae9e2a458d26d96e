;;;; A program of its own, which needs neither sbcl nor a command line: it brings the forms that
;;;; start the service.

(in-package #:lisplaunch)

(defvar *program* '()
  "What the program does, a property list: the options of SAVE-PROGRAM.")

(defun save-program (file &rest program
                     &key compression identity start arguments environment umask)
  "Saves this image in FILE as a program of its own, and ends the process. IDENTITY lists the
arguments of BOOT. START are the words of the options that start the service, ARGUMENTS those for
the service before the ones that the program is given: each is a list of strings and of variables
of the environment, (NAME . DEFAULT). ENVIRONMENT lists variables for an environment that lacks
them, (NAME . VALUE)."
  (declare (ignore identity start arguments environment umask))
  (prepare-to-save compression)
  (setf *program* program)
  (clear-image)
  (save-image file compression t #'start-program))

(defun variable-value (name default)
  "The number that the environment has for NAME, or else DEFAULT."
  (let ((value (environment name)))
    (cond ((null value) default)
          ((ignore-errors (parse-integer value)) value)
          (t (error "~a is ~s in the environment: expected a number" name value)))))

(defun word-text (word)
  "The text of WORD, an item of the START or ARGUMENTS of SAVE-PROGRAM."
  (format nil "~{~a~}" (loop for part in word
                             collect (if (consp part)
                                         (variable-value (car part) (cdr part))
                                         part))))

(defun start-options (words)
  "The options that WORDS, names and values in turn, are."
  (loop for (name value) on (mapcar #'word-text words) by #'cddr
        collect (cons (if (string= name "--load") :load :eval) value)))

(defun take-environment (variables)
  (loop for (name . value) in variables
        do (unless (sb-ext:posix-getenv name)
             (set-environment name value))))

(defun become-service (project &rest options &key (stop-timeout 10) &allow-other-keys)
  "Makes this process that of the service PROJECT. The arguments are those of BOOT."
  (setf *identity* nil
        *stop-timeout* stop-timeout
        *folder* (folder-of sb-ext:*runtime-pathname*))
  (apply #'identify project options)
  (restore)
  (begin-process))

(defun start-program ()
  "What the program begins with."
  (sb-ext:disable-debugger)
  (destructuring-bind (&key identity start arguments environment umask &allow-other-keys) *program*
    (when umask (set-umask umask))
    (take-environment environment)
    (apply #'become-service identity)
    (setf (rest sb-ext:*posix-argv*)
          (append (mapcar #'word-text arguments) (rest sb-ext:*posix-argv*)))
    (evaluate-options (start-options start))
    ;; On a terminal STAY returns: there is no prompt that could come.
    (loop (sleep 3600))))
