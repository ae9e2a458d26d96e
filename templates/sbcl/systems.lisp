{% if load_systems %}
(progn
{% for system in systems %}
  ({{ load_system }} {{ system }})
{% endfor %}
{% if swank %}
  ({{ load_system }} :swank)
{% endif %}
  )
{% endif %}
