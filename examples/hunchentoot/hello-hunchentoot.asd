(defsystem "hello-hunchentoot"
  :description "A greeting over HTTP, on Hunchentoot"
  :license "MIT"
  :depends-on ("hunchentoot")
  :components ((:file "hello-hunchentoot")))
