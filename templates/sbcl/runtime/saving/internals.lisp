;;;; What saving and resuming take from the inside of SBCL. Read in SBCL 2.2.9 and 2.6.7.

(in-package #:lisplaunch)

(defun objects-of-type (type)
  "All instances of TYPE, a structure class or class, in the image."
  (sb-vm:list-allocated-objects :all :type sb-vm:instance-widetag
                                     :test (lambda (object) (typep object type))))

(defun renew-random-state (state)
  "Gives STATE, wherever it is held, other random numbers."
  (replace (sb-kernel::random-state-state state)
           (sb-kernel::random-state-state (make-random-state t))))

(defun toplevel-words ()
  "The words of the command line, from the first option of the toplevel on."
  (let ((words (sb-alien:extern-alien "posix_argv" (* sb-alien:c-string))))
    (loop for at from 1
          for word = (sb-alien:deref words at)
          while word collect word)))

(defun check-compression ()
  (unless (member :sb-core-compression *features*)
    (error "this sbcl was built without compression: remove `core.compression`")))

(defun save-image (file compression executable &optional toplevel)
  "Saves this image in FILE and ends the process. TOPLEVEL is the function that a program of its own
begins with: such a program keeps the sizes of this process's memory, and all its arguments are its
own."
  (apply #'sb-ext:save-lisp-and-die (sb-ext:native-pathname file)
         :executable executable
         (append (and compression (list :compression compression))
                 (and toplevel (list :toplevel toplevel :save-runtime-options t)))))

(defun evaluate-options (options)
  "Does what SBCL does with the options of a command line: OPTIONS are conses of :EVAL or :LOAD and a
text."
  (sb-impl::process-eval/load-options options))

(defun set-umask (umask)
  (sb-alien:alien-funcall
   (sb-alien:extern-alien "umask" (function sb-alien:unsigned sb-alien:unsigned)) umask))

(defun set-environment (name value)
  (sb-alien:alien-funcall
   (sb-alien:extern-alien "setenv" (function sb-alien:int sb-alien:c-string sb-alien:c-string
                                             sb-alien:int))
   name value 1))

(defun c-strings (words)
  "WORDS as C keeps them."
  (let ((strings (sb-alien:make-alien sb-alien:c-string (1+ (length words)))))
    (loop for word in words
          for at from 0
          do (setf (sb-alien:deref strings at) word))
    (setf (sb-alien:deref strings (length words)) nil)
    strings))

(defun replace-process (sbcl words)
  "Replaces this process by the program that SBCL, its first words, and WORDS start. Returns only to
signal an error."
  (let ((words (append sbcl words)))
    (sb-alien:alien-funcall
     (sb-alien:extern-alien "execvp" (function sb-alien:int sb-alien:c-string
                                               (* sb-alien:c-string)))
     (first words) (c-strings words))
    (error "cannot start ~a: ~a" (first words) (sb-int:strerror))))
