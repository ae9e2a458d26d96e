;;;; What the trial takes from the inside of SBCL's compiler. Read in SBCL 2.2.9 and 2.6.7.

(in-package #:lisplaunch)

(deftype compiler-error ()
  "What the compiler cannot compile; it is a condition of its own, and no error."
  'sb-c:compiler-error)

(defun source-path ()
  "The way from a file to the form that is compiled now: the number of the form at top level, then
the position in each list that must be entered. NIL where that is not known."
  (let ((context (sb-c::find-error-context nil)))
    (and context
         (reverse (sb-c::compiler-error-context-original-source-path context)))))

(defun source-bounds ()
  "Where the form that is compiled now begins and ends in its file, as numbers of characters, or the
smallest form around it of which that is known. NIL where nothing is, as in another SBCL perhaps."
  (ignore-errors
   (let* ((file (sb-c::source-info-file-info sb-c::*source-info*))
          (path (source-path))
          (form (elt (sb-c::file-info-forms file) (first path)))
          (bounds nil))
     (loop
       (setf bounds (or (read-bounds form (sb-c::file-info-subforms file)) bounds)
             path (rest path))
       (unless (and path (listp form))
         (return bounds))
       (setf form (nth (first path) form))))))

(defun read-bounds (form read)
  "The bounds of FORM among the forms of which READ holds the beginning and end."
  (loop for index from 0 below (- (length read) 2) by 3
        when (and (eq form (aref read (+ index 2))) (consp form))
          return (list (aref read index) (aref read (1+ index)))))

(defun bounds-of (form)
  "Where FORM, a cons that the compiler has read, begins and ends in its file; NIL where that is not
known."
  (ignore-errors
   (let ((file (sb-c::source-info-file-info sb-c::*source-info*)))
     (read-bounds form (sb-c::file-info-subforms file)))))

(defun reading-error (condition)
  "Why a form cannot be read, if that is what CONDITION says."
  (let ((causes (loop for cause = condition then (sb-int:encapsulated-condition cause)
                      collect cause
                      while (typep cause 'sb-int:encapsulated-condition))))
    (when (some (lambda (cause) (typep cause 'sb-c::input-error-in-compile-file)) causes)
      (first (last causes)))))

(defun reading-bounds (at-end)
  "Where the form begins that is read now, if AT-END is true, or else how far reading came."
  (ignore-errors
   (let* ((stream (sb-c::source-info-stream sb-c::*source-info*))
          (start (or (sb-int:form-tracking-stream-form-start-char-pos stream)
                     (last-form-start)))
          (now (sb-impl::form-tracking-stream-input-char-pos stream)))
     (list (if (and at-end start) start (max 0 (1- now)))
           now))))

(defun last-form-start ()
  "Where the last form at top level begins that the compiler has read; NIL where there is none."
  (let ((starts (sb-c::file-info-positions (sb-c::source-info-file-info sb-c::*source-info*))))
    (and (plusp (length starts))
         (elt starts (1- (length starts))))))

(defun message (condition)
  "What CONDITION reports, without the chapters of manuals that it refers to."
  (let ((sb-int:*print-condition-references* nil))
    (princ-to-string condition)))

(defun on-undefined-reference (function)
  "Calls FUNCTION with each name that the compiler finds undefined, and with :FUNCTION, :VARIABLE
or :TYPE, unless the code asks for no warning of it. It may be defined later."
  (encapsulate 'sb-c::note-undefined-reference
               (lambda (note name kind)
                 (funcall note name kind)
                 (unless (sb-c::would-muffle-p
                          (make-condition (if (eq kind :variable) 'warning 'style-warning)))
                   (funcall function name kind)))))

(defun known-variable-p (name)
  (not (eq (sb-int:info :variable :kind name) :unknown)))

(defun on-impossible-call (function)
  "Calls FUNCTION where the compiler says that a call is not one that the called function takes, with
a function that lets it say so."
  (dolist (name '(sb-c::note-lossage sb-c::report-arg-count-mismatch))
    (encapsulate name (lambda (say &rest arguments)
                        (funcall function (lambda () (apply say arguments)))))))

(defun on-form-at-top-level (function)
  "Lets a form that FUNCTION returns, if any, be compiled before each form at top level. FUNCTION is
called with the bounds of that one."
  (encapsulate 'sb-c::process-toplevel-form
               (lambda (process form path compile-time-too)
                 (let* ((bounds (and (eq (first path) 'sb-c::original-source-start)
                                     (reading-bounds t)))
                        (before (and bounds (funcall function bounds))))
                   (when before
                     (funcall process before path nil)))
                 (funcall process form path compile-time-too))))

(defun unreadable-name (condition)
  "If CONDITION says that the package of a symbol, or a symbol of a package, does not exist: that
package or its name, and the name of the symbol."
  (when (typep condition 'sb-int:simple-reader-package-error)
    (let ((package (package-error-package condition)))
      (values package
              (and (packagep package) (first (simple-condition-format-arguments condition)))))))
