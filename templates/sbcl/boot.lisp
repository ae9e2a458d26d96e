{% if runtime %}
(lisplaunch:boot {{ project }}
{% if service %}
                 :service {{ service }}
{% endif %}
{% if profiles %}
                 :profiles (list
{% for profile in profiles %}
                             {{ profile }}
{% endfor %}
                             )
{% endif %}
{% if file %}
                 :file {{ file }}
{% endif %}
{% if registry %}
                 :registry (list
{% for folder in project_registry %}
                             {{ folder }}
{% endfor %}
                             )
{% endif %}
{% if stop_timeout %}
                 :stop-timeout {{ stop_timeout }}
{% endif %}
{% if verbose %}
                 :verbose t
{% endif %}
                 )
{% else %}
{% if registry %}
;; ASDF asks its central registry before everything else.
(setf asdf:*central-registry*
      (list*
{% for folder in registry %}
       (sb-ext:native-pathname {{ folder }})
{% endfor %}
       asdf:*central-registry*))
{% endif %}
{% if stop_timeout %}
(setf sb-ext:*exit-timeout* {{ stop_timeout }})
{% endif %}
{% endif %}
