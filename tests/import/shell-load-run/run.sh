#!/bin/sh
LISP_LOG=/srv/app/log/web.log
sbcl --noinform --load run.lisp > "$LISP_LOG" 2>&1
