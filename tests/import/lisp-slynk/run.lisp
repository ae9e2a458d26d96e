(load "~/.roswell/lisp/quicklisp/setup.lisp")
(ql:quickload '(:slynk :studio))
(slynk:create-server :port 4008 :dont-close t)
(studio:start)
