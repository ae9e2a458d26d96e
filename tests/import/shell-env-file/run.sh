#!/bin/sh
set -a
[ -f .env ] && . ./.env
set +a
sbcl --load ~/quicklisp/setup.lisp --eval '(ql:quickload :mailer)' --eval '(mailer:start :host "'"$MAIL_HOST"'")'
