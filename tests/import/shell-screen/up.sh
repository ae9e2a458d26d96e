#!/bin/sh
screen -dmS game sbcl --load quicklisp.lisp --eval '(ql:quickload :game)' --eval '(game:start)'
