{% if package %}
(cl:in-package :cl-user)
{% endif %}
;; Without a terminal the REPL would read the end of its input and leave.
(unless (interactive-stream-p *standard-input*) (loop (sleep 3600)))
