#!/usr/local/bin/sbcl --script
(require :asdf)
(setf asdf:*central-registry* (list* #p"/srv/app/" #p"/srv/app/lib/" asdf:*central-registry*))
(asdf:oos 'asdf:load-op :depot)
(in-package :depot)
(start)
(sb-thread:join-thread *server-thread*)
