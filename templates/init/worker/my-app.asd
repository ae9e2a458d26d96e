(defsystem "my-app"
  :description "Does something every few seconds"
  :components ((:file "my-app")))
