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
        ((address-in-use-p condition)
         (let ((port (some #'port-of-frame frames)))
           (and port (port-hint port))))))
