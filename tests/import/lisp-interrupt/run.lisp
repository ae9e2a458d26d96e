(load "~/quicklisp/setup.lisp")
(ql:quickload :lobby)
(lobby:start)
(handler-case
    (bt:join-thread (find-if (lambda (th) (search "hunchentoot" (bt:thread-name th))) (bt:all-threads)))
  (sb-sys:interactive-interrupt ()
    (lobby:stop)
    (uiop:quit))
  (error (c) (format t "woops: ~a~%" c)))
