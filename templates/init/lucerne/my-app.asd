(defsystem "my-app"
  :description "A greeting over HTTP, on Lucerne"
  :depends-on ("lucerne")
  :components ((:file "my-app")))
