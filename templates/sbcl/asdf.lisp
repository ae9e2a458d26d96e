{% if require_asdf %}
(require :asdf)
{% endif %}
