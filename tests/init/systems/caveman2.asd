(defsystem "caveman2" :depends-on ("clack") :components ((:file "caveman2")))
