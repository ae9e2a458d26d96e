{% if loader == "asdf" or loader == "ocicl" %}
(require :asdf)
{% endif %}
