#!/bin/sh
cd /srv/app
qlot install --quiet
exec qlot exec ros run -- --noinform --eval '(ql:quickload :invoices)' --eval '(invoices:serve)' --eval '(loop do (sleep 100))'
