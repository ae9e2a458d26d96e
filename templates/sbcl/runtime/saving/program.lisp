;;;; A program of its own, which needs neither sbcl nor a command line: it brings the forms that
;;;; start the service.

(in-package #:lisplaunch)

(defvar *program* '()
  "What the program does, a property list: the options of SAVE-PROGRAM.")

(defun save-program (file &rest program
                     &key compression swank identity start arguments environment env-file umask)
  "Saves this image in FILE as a program of its own, and ends the process. IDENTITY lists the
arguments of BOOT. START are the words of the options that start the service, ARGUMENTS those for
the service before the ones that the program is given: each is a list of strings and of variables
of the environment, (NAME . DEFAULT). ENVIRONMENT lists variables for an environment that lacks
them, (NAME . VALUE). The other keys are those of SAVE-CORE."
  (declare (ignore identity start arguments environment env-file umask))
  (prepare-to-save compression swank)
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

(defun blank-before-p (text position)
  (and (plusp position) (find (char text (1- position)) '(#\Space #\Tab))))

(defun env-file-value (text)
  "The value in TEXT, what follows the equals sign in a line of an env file: what is in quotes, or
else all of it, without a comment, which a # after a blank begins."
  (let* ((blanks '(#\Space #\Tab #\Return))
         (value (string-left-trim blanks text))
         (quote (and (plusp (length value)) (find (char value 0) "'\""))))
    (if quote
        (subseq value 1 (position quote value :start 1))
        (string-trim blanks
                     (subseq text 0 (loop for at = (position #\# text)
                                            then (position #\# text :start (1+ at))
                                          while (and at (not (blank-before-p text at)))
                                          finally (return at)))))))

(defun read-env-file (file)
  "The variables in FILE, a native name, as (NAME . VALUE): nothing in it is expanded."
  (with-open-file (in (sb-ext:native-pathname file) :external-format :utf-8
                                                    :if-does-not-exist nil)
    (loop for line = (and in (read-line in nil))
          while line
          for text = (string-left-trim '(#\Space #\Tab) line)
          for equals = (position #\= text)
          when (and equals (char/= (char text 0) #\#))
            collect (cons (subseq text 0 equals) (env-file-value (subseq text (1+ equals)))))))

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
  (begin-restored-process))

(defun start-program ()
  "What the program begins with."
  (sb-ext:disable-debugger)
  (destructuring-bind (&key identity start arguments environment env-file umask &allow-other-keys)
      *program*
    (when umask (set-umask umask))
    (when env-file (take-environment (read-env-file env-file)))
    (take-environment environment)
    (apply #'become-service identity)
    (setf (rest sb-ext:*posix-argv*)
          (append (mapcar #'word-text arguments) (rest sb-ext:*posix-argv*)))
    (evaluate-options (start-options start))
    ;; On a terminal STAY returns: there is no prompt that could come.
    (loop (sleep 3600))))
