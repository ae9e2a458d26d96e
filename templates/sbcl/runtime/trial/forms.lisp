;;;; Whether the forms of a project file can do what they say: each is compiled as if it was in a
;;;; function, and so not evaluated.

(in-package #:lisplaunch)

(defparameter *defining-operators*
  '("LOAD" "REQUIRE" "QUICKLOAD" "LOAD-SYSTEM" "LOAD-SYSTEMS" "OPERATE" "EVAL" "COMPILE" "INTERN"
    "DEFUN" "DEFMACRO" "DEFGENERIC" "DEFMETHOD" "DEFVAR" "DEFPARAMETER" "DEFCLASS" "DEFSTRUCT"
    "DEFPACKAGE" "MAKE-PACKAGE" "IMPORT" "EXPORT" "USE-PACKAGE" "SETQ" "FDEFINITION"
    "SYMBOL-FUNCTION" "SYMBOL-VALUE")
  "The names of operators after which there may be other packages, functions and variables.")

(defvar *defining* nil
  "Whether a form that is evaluated before may define what the next one names.")

(defvar *tried-form* nil
  "A function that evaluates a form, in the compiled file that is made to check it.")

(defun check-forms (forms package)
  "Checks FORMS, native names of files that hold a form each, in their order, in PACKAGE unless that
is NIL."
  (if (or (null package) (find-package package))
      (let ((*package* (or (and package (find-package package)) *package*))
            (*defining* nil))
        (mapc #'check-form forms))
      (write-finding :unknown-package (string package) (package-names))))

(defun check-form (file)
  (let* ((certain (not *defining*))
         (*error-severity* (if certain :error :warning))
         (*failure-severity* *error-severity*)
         (*undefined* '()))
    ;; What is undefined is reported here, once.
    (with-compilation-unit (:override t)
      (compile-tried-file file (output-name file) :external-format :utf-8))
    (report-undefined)))

(defmacro checked (form)
  "FORM, of which is reported what the compiler does not say."
  (let ((conses (conses form)))
    (when (some #'defining-p conses)
      (setf *defining* t
            *failure-severity* :warning))
    (mapc #'check-call conses))
  form)

(defun conses (form)
  "The conses in FORM that may be code, each once: a form may hold itself."
  (let ((seen (make-hash-table :test 'eq))
        (conses '()))
    (labels ((visit (form)
               (unless (or (atom form) (eq (car form) 'quote) (gethash form seen))
                 (setf (gethash form seen) t)
                 (push form conses)
                 (visit (car form))
                 (visit (cdr form)))))
      (visit form))
    (nreverse conses)))

(defun defining-p (cons)
  (and (symbolp (car cons))
       (find (symbol-name (car cons)) *defining-operators* :test #'string=)))

(defun check-call (form)
  "Checks FORM if it calls a function that is given a name."
  (when (ignore-errors (list-length form))
    (case (first form)
      ((funcall apply) (check-function-name form))
      (make-instance (check-instance form)))))

(defun quoted-symbol (form)
  "The symbol of which FORM is the quotation."
  (and (typep form '(cons (eql quote) (cons symbol null)))
       (second form)))

(defun check-function-name (call)
  (let ((name (quoted-symbol (second call))))
    (when name
      (push (list :function name *tried-file* (bounds-of call)) *undefined*))))

(defun check-instance (call)
  "Checks that the class of which CALL makes an instance exists and takes its arguments."
  (destructuring-bind (&optional class-form &rest arguments) (rest call)
    (let* ((name (quoted-symbol class-form))
           (class (and name (find-class name nil))))
      (cond ((null name))
            ((null class)
             (report-problem *failure-severity* *tried-file* (bounds-of call)
                             (format nil "there is no class ~a" (printed-name name))))
            (t (let ((keys (class-keys class)))
                 (loop for (key) on arguments by #'cddr
                       when (and (listp keys) (keywordp key) (not (member key keys)))
                         do (write-finding :problem *failure-severity* *tried-file* (bounds-of call)
                                           (format nil "~a is not an initialization argument of ~a"
                                                   (printed-name key) (printed-name name))
                                           (symbol-name key) (mapcar #'symbol-name keys)))))))))

(defun printed-name (symbol)
  (let ((*package* (find-package "KEYWORD"))
        (*print-case* :downcase))
    (prin1-to-string symbol)))

(defun class-keys (class)
  "The initialization arguments of CLASS, or T if it takes any, as far as that is known."
  (sb-mop:finalize-inheritance class)
  (let ((prototype (sb-mop:class-prototype class))
        (keys (loop for slot in (sb-mop:class-slots class)
                    append (sb-mop:slot-definition-initargs slot))))
    (loop for (function . arguments) in (list (list #'make-instance class)
                                              (list #'allocate-instance class)
                                              (list #'initialize-instance prototype)
                                              (list #'shared-initialize prototype t))
          do (dolist (method (compute-applicable-methods function arguments))
               (let ((lambda-list (sb-mop:method-lambda-list method)))
                 (when (and (member '&allow-other-keys lambda-list)
                            (not (usual-method-p method)))
                   (return-from class-keys t))
                 (dolist (parameter (rest (member '&key lambda-list)))
                   (let ((key (parameter-key parameter)))
                     (when key (push key keys)))))))
    (cons :allow-other-keys keys)))

(defun usual-method-p (method)
  "Whether METHOD is one of SBCL's own, which takes any argument but uses none."
  (flet ((usual-p (specializer)
           (and (typep specializer 'class)
                (member (package-name (symbol-package (class-name specializer)))
                        '("COMMON-LISP" "SB-PCL" "SB-MOP")
                        :test #'string=))))
    (every #'usual-p (sb-mop:method-specializers method))))

(defun parameter-key (parameter)
  "The keyword of PARAMETER, which is behind &KEY."
  (let ((variable (if (consp parameter) (first parameter) parameter)))
    (cond ((consp variable) (first variable))
          ((member variable lambda-list-keywords) nil)
          (t (intern (symbol-name variable) "KEYWORD")))))
