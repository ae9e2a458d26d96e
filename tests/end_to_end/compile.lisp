;;;; Compiles every Lisp system that the tests start, into ASDF's cache. Loaded by tests/run.

(require :asdf)

(let ((here (uiop:pathname-directory-pathname *load-truename*)))
  (asdf:initialize-source-registry
   `(:source-registry
     ,@(loop for folder in '("../../examples/hello/" "../../examples/hunchentoot/"
                             "../../examples/shop/" "../quicklisp/systems/")
             ;; Its true name, which is the one that the cache goes by.
             collect `(:directory ,(truename (merge-pathnames folder here))))
     :inherit-configuration)))

(mapc #'asdf:load-system '("swank" "hello" "hello-hunchentoot" "lucerne-hello-world"
                           "shop/web" "shop/worker" "shop/mailer"))
