#!/bin/sh
sbcl --noinform <<'EOF'
(load "~/quicklisp/setup.lisp")
(ql:quickload :weather)
(weather:start :port 4242) ; the public one
(loop (sleep 10))
EOF
