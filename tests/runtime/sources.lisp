;;;; What is loaded, and from which text.

(require :asdf)

(in-package #:lisplaunch)

(defun project-file (name)
  (merge-pathnames name (project-folder)))

(defun text (name &rest lines)
  "Writes LINES to the file NAME of the project, in whichever second this is."
  (ensure-directories-exist (project-file name))
  (with-open-file (out (project-file name) :direction :output :if-exists :supersede)
    (format out "~{~a~%~}" lines)))

(defun put-back (name)
  "Lets the file NAME be as old as one from a backup."
  (uiop:run-program (list "touch" "-d" "2001-02-03 04:05:06"
                          (sb-ext:native-namestring (project-file name)))))

(defvar *done* '())

(defmethod asdf:perform :before (operation (component asdf:cl-source-file))
  (push (list (type-of operation) (asdf:component-name component)) *done*))

(defun actions (system)
  "What loading SYSTEM does now: the names of the files compiled, and of those loaded."
  (let ((*done* '()))
    (let ((*standard-output* (make-broadcast-stream)))
      (asdf:load-system system :verbose nil))
    (flet ((with (operation)
             (reverse (loop for (done name) in *done*
                            when (eq done operation) collect name))))
      (list (with 'asdf:compile-op) (with 'asdf:load-op)))))

(defmacro value (symbol)
  `(funcall (find-symbol ,(string symbol) "SHOP")))

(text "shop.asd"
      "(defsystem \"shop\" :depends-on (\"lib\")"
      " :components ((:file \"package\") (:file \"macros\" :depends-on (\"package\"))"
      "              (:file \"price\" :depends-on (\"macros\")) (:file \"other\" :depends-on (\"package\"))))")
(text "package.lisp" "(defpackage :shop (:use :cl))")
(text "macros.lisp" "(in-package :shop) (defmacro doubled (form) `(* 2 ,form))"
      "(defmacro text () (uiop:read-file-string (asdf:system-relative-pathname :shop \"text\")))")
(text "price.lisp" "(in-package :shop) (defun price () (list (doubled 21) (text)))")
(text "other.lisp" "(in-package :shop) (defun other () lib::*version*)"
      "(defvar *data* (uiop:read-file-string (asdf:system-relative-pathname :shop \"data\")))"
      "(load (asdf:system-relative-pathname :shop \"loaded.lisp\"))")
(text "loaded.lisp" "1")
(text "text" "hello")
(text "data" "1")
(text "lib/lib.asd" "(defsystem \"lib\" :components ((:file \"lib\")))")
(text "lib/lib.lisp" "(defpackage :lib (:use :cl)) (in-package :lib) (defvar *version*) (setf *version* 1)")

(boot "shop" :registry '("./" "lib/"))

(check:deftest everything-is-compiled-once
  (check:is equal '(("lib" "package" "macros" "price" "other")
                    ("lib" "package" "macros" "price" "other"))
            (actions "shop"))
  (check:is equal '(() ()) (actions "shop")))

(check:deftest edits-within-a-second-are-loaded
  (dolist (price '(1 2 3 4))
    (text "price.lisp" (format nil "(in-package :shop) (defun price () ~d)" price))
    (check:is equal '(("price") ("price")) (actions "shop"))
    (check:is equal price (value price))))

(check:deftest an-older-file-is-loaded
  (text "price.lisp" "(in-package :shop) (defun price () (list (doubled 21) (text)))")
  (put-back "price.lisp")
  (check:is equal '(("price") ("price")) (actions "shop"))
  (check:is equal (format nil "~a~%" "hello") (second (value price)))
  (check:is equal '(() ()) (actions "shop")))

(check:deftest what-depends-on-a-macro-is-compiled-again
  (text "macros.lisp" "(in-package :shop) (defmacro doubled (form) `(* 3 ,form))"
        "(defmacro text () (uiop:read-file-string (asdf:system-relative-pathname :shop \"text\")))")
  (put-back "macros.lisp")
  (check:is equal '(("macros" "price") ("macros" "price")) (actions "shop"))
  (check:is equal 63 (first (value price))))

(check:deftest what-a-macro-reads-and-what-is-loaded-counts
  (text "text" "world")
  (put-back "text")
  (check:is equal '(("price") ("price")) (actions "shop"))
  (text "loaded.lisp" "2")
  (check:is equal '(() ("other")) (actions "shop"))
  ;; That is data.
  (text "data" "2")
  (check:is equal '(() ()) (actions "shop")))

(check:deftest another-system-of-the-project-counts
  (text "lib/lib.lisp" "(defpackage :lib (:use :cl)) (in-package :lib) (defvar *version*) (setf *version* 2)")
  (put-back "lib/lib.lisp")
  (actions "shop")
  (check:is equal 2 (value other)))

(check:deftest a-touched-file-is-not-another-one
  (put-back "price.lisp")
  (put-back "shop.asd")
  (check:is equal '(() ()) (actions "shop")))

(defun compiled-files ()
  (mapcar (lambda (name) (compiled-name (asdf:find-component "shop" name)))
          '("package" "macros" "price" "other")))

(check:deftest files-that-were-copied-are-the-same
  (dolist (file (append (compiled-files) (list (sb-ext:native-namestring (project-file "price.lisp")))))
    (uiop:run-program (format nil "cp -p '~a' '~:*~a.new' && mv '~:*~a.new' '~:*~a'" file)))
  (check:is equal '(() ()) (actions "shop")))

(check:deftest a-compiled-file-of-another-process-is-compiled-again
  (let ((price (third (compiled-files))))
    (uiop:run-program (format nil "echo >> '~a'" price))
    (check:is equal '(("price") ("price")) (actions "shop"))
    (delete-file (record-name price))
    (check:is equal '(("price") ("price")) (actions "shop"))))

(check:deftest where-nothing-can-be-written-asdf-s-judgement-must-do
  (mapc #'delete-file (mapcar #'record-name (compiled-files)))
  (encapsulate 'replaceable-p (constantly nil))
  (check:is equal '() (first (actions "shop")))
  (sb-int:unencapsulate 'replaceable-p 'lisplaunch)
  (check:is equal '("package" "macros" "price" "other") (first (actions "shop"))))

(check:deftest an-action-may-be-performed-by-itself
  (text "price.lisp" "(in-package :shop) (defun price () 5)")
  (dolist (operation '(asdf:compile-op asdf:load-op))
    (asdf:perform (asdf:make-operation operation) (asdf:find-component "shop" "price")))
  (check:is equal 5 (value price))
  (actions "shop")
  (check:is equal '(() ()) (actions "shop")))

(check:deftest systems-that-asdf-infers-from-packages-count
  (text "inferred.asd" "(defsystem \"inferred\" :class :package-inferred-system"
        "  :depends-on (\"inferred/two\"))")
  (text "one.lisp" "(defpackage #:inferred/one (:use :cl) (:export #:f)) (in-package #:inferred/one)"
        "(defmacro f () 1)")
  (text "two.lisp" "(defpackage #:inferred/two (:use :cl :inferred/one)) (in-package #:inferred/two)"
        "(defun g () (f))")
  (check:is equal '(("lisp" "lisp") ("lisp" "lisp")) (actions "inferred"))
  (check:is equal '(() ()) (actions "inferred"))
  (text "one.lisp" "(defpackage #:inferred/one (:use :cl) (:export #:f)) (in-package #:inferred/one)"
        "(defmacro f () 2)")
  (put-back "one.lisp")
  (check:is equal '(("lisp" "lisp") ("lisp" "lisp")) (actions "inferred"))
  (check:is equal 2 (funcall (find-symbol "G" "INFERRED/TWO"))))

(check:deftest a-file-whose-loading-failed-is-loaded-again
  (text "other.lisp" "(in-package :shop) (defun other () 1) (when (boundp 'fail) (error \"no luck\"))")
  (progv (list (intern "FAIL" "SHOP")) '(t)
    (check:is eq t (handler-case (actions "shop") (error () t))))
  (check:is equal '(() ("other")) (actions "shop")))

(check:deftest a-file-of-LOAD-is-compared-with-what-it-was-loaded-from
  (text "more.lisp" "(defvar cl-user::*more* (load \"rest.lisp\"))")
  (text "rest.lisp" "1")
  (let ((name (sb-ext:native-namestring (project-file "more.lisp")))
        (*default-pathname-defaults* (project-folder)))
    (check:is eq t (file-changed-p name))
    (load name)
    (check:is eq nil (file-changed-p name))
    (text "rest.lisp" "2")
    (check:is eq t (file-changed-p name))
    (load name)
    (text "more.lisp" "(defvar cl-user::*more* nil)")
    (put-back "more.lisp")
    (check:is eq t (file-changed-p name))))

(check:deftest other-peoples-code-is-not-the-project-s
  (flet ((own (name) (and (own-source-name (project-file name)) t)))
    (check:is equal '(t t nil nil nil)
              (mapcar #'own '("a.lisp" "sub/a.asd" ".qlot/dists/x/a.lisp" "ocicl/a/a.lisp" "a.fasl"))))
  (check:is eq nil (own-source-name "/usr/share/common-lisp/source/slime/swank.lisp")))
