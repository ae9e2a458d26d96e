;;;; What saving and resuming take from the inside of SBCL. Read in SBCL 2.2.9 and 2.6.7.

(in-package #:lisplaunch)

(defun objects-of-type (type &optional (test #'identity))
  "All instances of TYPE, a class or structure, in the image that satisfy TEST."
  (sb-vm:list-allocated-objects :all :type sb-vm:instance-widetag
                                     :test (lambda (object)
                                             (and (typep object type)
                                                  (not (prototype-p object))
                                                  (funcall test object)))))

(defun prototype-p (object)
  "Whether OBJECT is the one without values that stands for its class."
  (and (typep object 'standard-object)
       (eq object (sb-mop:class-prototype (class-of object)))))

(defun copy-slots (from to)
  "Makes TO, an instance of the class of FROM, the same."
  (dolist (slot (sb-mop:class-slots (class-of to)))
    (let ((name (sb-mop:slot-definition-name slot)))
      (setf (slot-value to name) (slot-value from name)))))

(defun foreign-library-names ()
  "The native names of the foreign libraries that are open and were opened to stay."
  (loop for library in sb-sys:*shared-objects*
        unless (sb-alien::shared-object-dont-save library)
          collect (sb-alien::shared-object-namestring library)))

(defun toplevel-words ()
  "The words of the command line, from the first option of the toplevel on."
  (let ((words (sb-alien:extern-alien "posix_argv" (* sb-alien:c-string))))
    (loop for at from 1
          for word = (sb-alien:deref words at)
          while word collect word)))

(defun check-compression ()
  (unless (or (member :sb-core-compression *features*)
              (member :sb-core-compression sb-impl:+internal-features+))
    (refuse-to-save "this sbcl was built without compression: remove `core.compression`")))

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
