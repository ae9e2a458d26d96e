#!/bin/sh
OPTS="--noinform --no-sysinit --no-userinit --disable-debugger"
HEAP=2048
: ${APP_PORT:=7000}
sbcl --dynamic-space-size $HEAP $OPTS --load vendor/quicklisp/setup.lisp --eval "(ql:quickload \"books\")" --eval "(books:main)" --end-toplevel-options --port "$APP_PORT" "$@"
