(defsystem "lucerne" :depends-on ("clack") :components ((:file "lucerne")))
