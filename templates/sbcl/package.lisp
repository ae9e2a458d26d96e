{% if package %}
(in-package {{ package }})
{% endif %}
