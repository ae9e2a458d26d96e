(defsystem "lucerne-hello-world"
  :description "Stands in for the hello world of the Lucerne web framework"
  :depends-on ("lucerne")
  :components ((:file "lucerne-hello-world")))
