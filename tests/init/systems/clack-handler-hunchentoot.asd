(defsystem "clack-handler-hunchentoot" :depends-on ("clack"))
