{# Read in the service's package, which need not use CL. #}
{% if stop and runtime %}
(lisplaunch:on-stop
{% for form in stop %}
 {{ form }}
{% endfor %}
 )
{% elif stop %}
({{ cl }}setf sb-ext:*exit-hooks*
         ({{ cl }}list*
{% for form in stop %}
          ({{ cl }}lambda () {{ form }})
{% endfor %}
          sb-ext:*exit-hooks*))
{% endif %}
