;; Read in the service's package, which need not use CL.
(cl:setf sb-ext:*exit-hooks*
         (cl:list*
{% for form in stop %}
          (cl:lambda () {{ form }})
{% endfor %}
          sb-ext:*exit-hooks*))
