#!/bin/bash
nohup sbcl --load ~/quicklisp/setup.lisp \
  --eval "(ql:quickload :pastebin)" \
  --eval "(pastebin:start-server)" >> logs/app.log 2>&1 &
echo $! > app.pid
