(defsystem "my-app"
  :description "A greeting over HTTP, on Hunchentoot"
  :depends-on ("hunchentoot")
  :components ((:file "my-app")))
