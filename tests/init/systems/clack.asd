(defsystem "clack" :depends-on ("hunchentoot") :components ((:file "clack")))
