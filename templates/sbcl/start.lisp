{# The first form is read together with what stands before it; each further one by itself, since
   it may need what the one before it makes. #}
{% if before_start %}
{% if first or ready %}
({{ cl }}progn
{% endif %}
{% if swank %}
{% if runtime %}
 (lisplaunch:start-swank
{% else %}
 (swank:create-server
{% endif %}
  :port {{ swank.port }}
{% if swank.interface %}
  :interface {{ swank.interface }}
{% endif %}
{% if not runtime %}
  :style :spawn
{% endif %}
{% if runtime and swank.secret %}
  :secret {{ swank.secret }}
{% endif %}
{% if runtime and not swank.dont_close %}
  :dont-close {{ cl }}nil
{% endif %}
{% if not runtime and swank.dont_close %}
  :dont-close {{ cl }}t
{% endif %}
  )
{% else %}
 (lisplaunch:starting)
{% endif %}
{% if ready and ready.form %}
 (lisplaunch:ready-when {{ ready.form }}
{% elif ready %}
 (lisplaunch:ready-when-http {{ ready.url }}
{% endif %}
{% if ready and ready.timeout %}
  :timeout {{ ready.timeout }}
{% endif %}
{% if ready %}
  )
{% endif %}
{% if first %}
 {{ first }}
{% endif %}
{% if first or ready %}
 )
{% endif %}
{% elif first %}
{{ first }}
{% endif %}
{% for form in further %}
{{ form }}
{% endfor %}
