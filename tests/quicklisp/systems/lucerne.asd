(defsystem "lucerne"
  :description "A stand-in for the Lucerne web framework: as much of it as its hello world needs"
  :depends-on ("hunchentoot")
  :components ((:file "lucerne")))
