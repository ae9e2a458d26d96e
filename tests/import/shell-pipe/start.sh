#!/bin/sh
tail -f /dev/null | sbcl --noinform --eval '(ql:quickload :radio)' --eval '(radio:play)' | tee radio.log
