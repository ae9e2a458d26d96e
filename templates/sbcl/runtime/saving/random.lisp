;;;; Random numbers: what a saved image knows of them is the same at each of its starts.

(in-package #:lisplaunch)

(defvar *random-states* '()
  "All states of random generators in the image: SBCL's, and those of libraries that are made as
SBCL's are.")

(defvar *seeded-generators* '()
  "All generators of ironclad that go on from a seed.")

(defun random-state-maker (class)
  "The function that makes random states of CLASS, whose name is RANDOM-STATE; NIL for others."
  (let ((name (class-name class)))
    (and (symbolp name)
         (string= name "RANDOM-STATE")
         (let ((maker (if (eq name 'random-state)
                          'make-random-state
                          (find-symbol "MAKE-RANDOM-STATE" (symbol-package name)))))
           (and maker (fboundp maker) maker)))))

(defun note-generators ()
  "Finds what RENEW-GENERATORS renews."
  (setf *random-states* (objects-of-type 'structure-object
                                         (lambda (object) (random-state-maker (class-of object))))
        *seeded-generators* (let ((class (ironclad-symbol "FORTUNA-GENERATOR")))
                              (and class (find-class class nil) (objects-of-type class)))))

(defun renew-generators ()
  "Gives all generators, wherever they are held, other random numbers."
  (dolist (state *random-states*)
    (copy-slots (funcall (random-state-maker (class-of state)) t) state))
  (dolist (generator *seeded-generators*)
    (funcall (ironclad-symbol "PRNG-RESEED") (random-octets 32) generator)))

(defun ironclad-symbol (name)
  "The symbol NAME of ironclad; NIL where there is none."
  (and (find-package "IRONCLAD") (find-symbol name "IRONCLAD")))

(defun random-octets (count)
  (let ((octets (make-array count :element-type '(unsigned-byte 8))))
    (with-open-file (random "/dev/urandom" :element-type '(unsigned-byte 8))
      (read-sequence octets random))
    octets))

(defun close-random-source ()
  "Closes what ironclad reads random numbers from. It opens that again when it needs some."
  (let ((variable (ironclad-symbol "*OS-PRNG-STREAM*")))
    (when (and variable (boundp variable) (streamp (symbol-value variable)))
      (close (symbol-value variable)))))
