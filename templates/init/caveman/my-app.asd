(defsystem "my-app"
  :description "A greeting over HTTP, on Caveman2"
  ;; The handler would be loaded at the start only, were it not named here.
  :depends-on ("caveman2" "clack" "clack-handler-hunchentoot")
  :components ((:file "my-app")))
