;; Read in the service's package, which need not use CL.

;; What make is told it tells again: a second SIGTERM would cut the forms short. Any thread
;; may be told, also one of SBCL's own, which would not end the process.
(cl:let ((untold (cl:list cl:t)))
  (sb-sys:enable-interrupt
   sb-unix:sigterm
   (cl:lambda (cl:&rest signal)
     (cl:declare (cl:ignore signal))
     (sb-thread:interrupt-thread (sb-thread:main-thread)
                                 (cl:lambda () (cl:when (cl:pop untold) (sb-ext:exit)))))))

(cl:setf sb-ext:*exit-hooks*
         (cl:list*
{% for form in stop %}
          (cl:lambda () {{ form }})
{% endfor %}
          sb-ext:*exit-hooks*))
