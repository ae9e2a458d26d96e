#!/bin/sh
sbcl --script server.lisp
