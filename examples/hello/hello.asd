;;;; Only for projects that build on hello, as ../shop does; its own lisplaunch.yaml loads the file.

(defsystem "hello"
  :description "A small HTTP server that needs nothing but SBCL"
  :license "MIT"
  :components ((:file "hello")))
