#!/bin/sh
NAME=tracker
USER=lisp-app
case "$1" in
  start)
    echo "Starting $NAME"
    su - $USER -c "sbcl --disable-debugger --eval '(ql:quickload :$NAME)' --eval '($NAME:start :port 8088)'"
    ;;
  stop)
    kill $(cat /run/$NAME.pid)
    ;;
  *)
    echo "usage: $0 start|stop"
    exit 1
    ;;
esac
