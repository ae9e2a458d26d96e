#!/bin/bash
git pull --ff-only
sudo -u lisp-app -H env LANG=C.UTF-8 PORT=8085 sbcl --disable-debugger --eval '(ql:quickload :quiz)' --eval '(quiz:start)'
