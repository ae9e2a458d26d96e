;;;; What may help against an error that ends the service.

(in-package #:lisplaunch)

(defun condition-named-p (condition name)
  "Whether NAME is part of the name of the type of CONDITION."
  (mentions-p (type-of condition) name))

(defun address-in-use-p (condition)
  (or (condition-named-p condition "ADDRESS-IN-USE")
      (search "address already in use" (condition-line condition) :test #'char-equal)))

(defun port-of-frame (frame)
  "The port that FRAME is to listen on, as far as its arguments show that."
  (destructuring-bind (name &rest arguments) frame
    (find-if (lambda (argument) (typep argument '(integer 1 65535)))
             (if (or (mentions-p name "SOCKET-BIND") (mentions-p name "SOCKET-LISTEN"))
                 arguments
                 (let ((port (member :port arguments)))
                   (and port (list (second port))))))))

(defun port-hint (port)
  "Who holds PORT, as far as this process may know."
  (let ((holder (port-holder port)))
    (if holder
        (format nil "port ~d is held by ~a, pid ~d" port (program-name holder) holder)
        (format nil "port ~d is held by another process" port))))

(defun missing-library (text)
  "The name of the file of a foreign library that TEXT, the message of an error, says is missing: one
with a version, if there are several; NIL where it says nothing of that."
  (when (search "cannot open shared object file" text)
    (let ((names (remove-if-not (lambda (word) (search ".so" word))
                                (split-at text (format nil " \"():,~%")))))
      (or (find-if (lambda (name) (search ".so." name)) names)
          (first names)))))

(defun split-at (text separators)
  "The parts of TEXT between SEPARATORS, characters."
  (loop for start = 0 then (1+ end)
        for end = (position-if (lambda (char) (find char separators)) text :start start)
        collect (subseq text start end)
        while end))

(defun library-package (name)
  "The package of Debian that holds the file NAME of a foreign library, by the rule that names them;
NIL where NAME has no version, or is the path of a file that no package has put there."
  (let ((end (search ".so." name)))
    (when (and end (not (find #\/ name)))
      (let ((library (substitute #\- #\_ (subseq name 0 end))))
        (format nil "~a~:[~;-~]~a"
                ;; Both are in one.
                (if (string= library "libcrypto") "libssl" library)
                (digit-char-p (char library (1- (length library))))
                (subseq name (+ end 4)))))))

(defun library-hint (name)
  "What may help where the foreign library NAME is missing."
  (let ((package (library-package name)))
    (if package
        (format nil "`apt-get install ~a` installs ~a on Debian" package name)
        (format nil "install the package that holds ~a" (last-step name)))))

(defun hint (condition frames)
  "What may help against CONDITION, an error in FRAMES, in one line; NIL where nothing is known to."
  (cond ((condition-named-p condition "HEAP-EXHAUSTED")
         (format nil "the heap of ~d MB is full; `sbcl: {dynamic-space-size: …}` in the project ~
                      file makes it larger"
                 (floor (sb-ext:dynamic-space-size) (expt 2 20))))
        ((condition-named-p condition "CONTROL-STACK-EXHAUSTED")
         "`sbcl: {control-stack-size: …}` in the project file makes the stack larger")
        ((equal (activity frames) "loading system swank")
         "`apt-get install cl-swank` installs swank; `swank: false` does without it")
        ((missing-library (full-message condition))
         (library-hint (missing-library (full-message condition))))
        ((address-in-use-p condition)
         (let ((port (some #'port-of-frame frames)))
           (and port (port-hint port))))))
