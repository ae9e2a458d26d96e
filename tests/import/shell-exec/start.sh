#!/bin/sh
set -eu
export PORT="${PORT:-8080}"
export APP_ENV=production
exec sbcl --noinform --disable-debugger \
    --load "$HOME/quicklisp/setup.lisp" \
    --eval '(ql:quickload :my-app :silent t)' \
    --eval "(my-app:start :port $PORT)" \
    --eval '(loop (sleep 60))'
