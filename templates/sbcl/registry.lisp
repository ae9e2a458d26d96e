;; ASDF asks its central registry before everything else.
(setf asdf:*central-registry*
      (list*
{% for folder in registry %}
       (sb-ext:native-pathname {{ folder }})
{% endfor %}
       asdf:*central-registry*))
