(progn
{% for system in systems %}
{% if loader == "quicklisp" or loader == "qlot" %}
  (ql:quickload {{ system }})
{% else %}
  (asdf:load-system {{ system }})
{% endif %}
{% endfor %}
{% if swank %}
{% if loader == "quicklisp" or loader == "qlot" %}
  (ql:quickload :swank)
{% else %}
  (asdf:load-system :swank)
{% endif %}
{% endif %}
  )
