{% if load %}
;; Files that `--load` evaluates, compiled for the sake of what the compiler says: code that it
;; cannot compile would otherwise fail when it runs.
(dolist (file (list
{% for file in load %}
               {{ file }}
{% endfor %}
               ))
  (multiple-value-bind (fasl warnings failure)
      (compile-file (sb-ext:native-pathname file)
                    :output-file (sb-ext:native-pathname {{ output }}))
    (declare (ignore warnings))
    (when (or failure (not fasl))
      (error "~a does not compile" file))))
{% endif %}
