#!/bin/sh
if ! command -v sbcl >/dev/null; then
  echo "no sbcl" >&2
  exit 1
fi
if [ "${SWANK:-no}" = yes ]; then
  SLIME=t
fi
sbcl --load ~/quicklisp/setup.lisp \
     --eval '(ql:quickload (list "swank" "planner"))' \
     --eval '(swank:create-server :port 4006 :interface "127.0.0.1" :dont-close t :style :spawn)' \
     --eval '(planner:run)'
