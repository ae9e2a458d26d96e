;;;; What a thread was doing, from its frames. A frame is a list of a function's name and arguments.

(in-package #:lisplaunch)

(defun frame-name-p (frame name)
  "Whether FRAME is of the function whose symbol has the name NAME, in whatever package."
  (let ((symbol (first frame)))
    (and (symbolp symbol) (string= symbol name))))

(defun mentions-p (name part)
  "Whether PART is part of a symbol in NAME, the name of a function or a type, which may be a list."
  (typecase name
    (cons (or (mentions-p (car name) part) (mentions-p (cdr name) part)))
    (symbol (search part (symbol-name name)))))

(defun own-frame-p (frame)
  "Whether FRAME is of a function of the runtime, or of one within it: (LAMBDA () :IN NAME)."
  (let* ((name (first frame))
         (name (if (consp name) (second (member :in name)) name)))
    (and (symbolp name) (eq (symbol-package name) (find-package '#:lisplaunch)))))

(defun frames ()
  "All frames of the current thread, innermost first."
  (sb-debug:list-backtrace :count most-positive-fixnum))

(defun frames-of-error ()
  "The frames that led to the debugger, innermost first, up to SBCL's processing of the command line
or the start of the thread."
  (let* ((frames (frames))
         (debugger (position 'invoke-debugger frames :key #'first)))
    (frames-of-option (if debugger (nthcdr (1+ debugger) frames) frames))))

(defun frames-of-option (frames)
  "Those of FRAMES that belong to what the command line has SBCL evaluate, read or load."
  (remove-if #'own-frame-p (subseq frames 0 (position-if #'outer-frame-p frames))))

(defun step-of-form (form frames)
  "What FORM, which FRAMES evaluate, has come to: the form in it where it is a PROGN."
  (let ((inner (and (typep form '(cons (eql progn)))
                    (find-if (lambda (frame)
                               (and (evaluation-frame-p frame)
                                    (member (second frame) (rest form) :test #'eq)))
                             frames :from-end t))))
    (if inner (step-of-form (second inner) frames) form)))

(defun option-form (frames)
  "The form that the command line has SBCL evaluate in FRAMES, which FRAMES-OF-OPTION returned; NIL
where it does something else."
  (let ((frame (first (last frames))))
    (and frame (frame-name-p frame "EVAL") (second frame))))

(defun current-option (frames)
  "What the command line has SBCL do in FRAMES, which FRAMES-OF-OPTION returned: :EVALUATE and a
form, :READ and a text, :LOAD and a file; NIL where that is not known."
  (let ((frame (first (last frames))))
    (cond ((null frame) '())
          ((option-form frames) (list :evaluate (step-of-form (option-form frames) frames)))
          ((frame-name-p frame "LOAD") (list :load (second frame)))
          ((mentions-p (first frame) "READ-FROM-STRING")
           (list :read (second frame))))))
