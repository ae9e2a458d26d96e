;;;; Loads and starts the site.
#-quicklisp
(let ((quicklisp-init (merge-pathnames "quicklisp/setup.lisp" (user-homedir-pathname))))
  (when (probe-file quicklisp-init)
    (load quicklisp-init)))

(push (uiop:pathname-directory-pathname *load-truename*) asdf:*central-registry*)
(ql:quickload "site")
#+sbcl (sb-ext:disable-debugger)
(site:start :port 8000) ; in front of nginx
(loop (sleep 60))
