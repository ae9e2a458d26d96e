(defsystem "my-app"
  :description "A greeting over HTTP, on Clack"
  ;; The handler would be loaded at the start only, were it not named here.
  :depends-on ("clack" "clack-handler-hunchentoot")
  :components ((:file "my-app")))
