(defpackage :lucerne-hello-world
  (:use :cl :lucerne)
  (:export #:app))

(in-package :lucerne-hello-world)

(defapp app)

(defview app "/" hello ()
  (respond "Hello, world!"))
