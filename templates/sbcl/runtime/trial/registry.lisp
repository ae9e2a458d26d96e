;;;; What a check takes from the inside of ASDF's source registry. Read in ASDF 3.3.1 and 3.3.6.

(in-package #:lisplaunch)

(defun source-registry ()
  "The table of the systems that the configuration of ASDF leads to, by name."
  (asdf:ensure-source-registry)
  asdf/source-registry:*source-registry*)

(defun flat-source-registry ()
  "The folders that it leads to, each a list of a pathname and options."
  (asdf/source-registry:flatten-source-registry))
