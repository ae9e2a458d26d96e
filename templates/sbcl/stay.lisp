{% if runtime %}
(lisplaunch:stay)
{% else %}
;; Without a terminal the REPL would read the end of its input and leave.
({{ cl }}unless ({{ cl }}interactive-stream-p {{ cl }}*standard-input*) ({{ cl }}loop ({{ cl }}sleep 3600)))
{% endif %}
