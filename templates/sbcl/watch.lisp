{% if load_systems %}
;; Tells what is compiled, and into which files: before it is compiled, since what fails may
;; leave a file, too. Each name ends in a NUL, each list of names in one more.
(defmethod asdf:perform :around ((operation asdf:compile-op) (component asdf:cl-source-file))
  (with-open-file (report (sb-ext:native-pathname {{ report }})
                          :direction :output :external-format :utf-8
                          :if-exists :append :if-does-not-exist :create)
    (dolist (file (cons (asdf:component-pathname component)
                        (asdf:output-files operation component)))
      (format report "~a~c" (sb-ext:native-namestring file) (code-char 0)))
    (write-char (code-char 0) report))
  (call-next-method))
{% endif %}
