;; What the live image evaluates. Redefining is what a reload is for. The values are the numbers
;; of files that it loads, and of those that it has to compile itself.
(handler-bind ((sb-kernel:redefinition-warning #'muffle-warning))
  (let ((files (list)) (compiled (list)))
{% for system in systems %}
    ;; A system that cannot be found is told when it is loaded.
    (loop for (operation . component)
            in (ignore-errors
                (asdf/plan:plan-actions (asdf:make-plan nil 'asdf:load-op {{ system }})))
          for file = (and (typep component 'asdf:cl-source-file)
                          (asdf:component-pathname component))
          when (and file (typep operation 'asdf:load-op))
            do (pushnew file files :test #'equal)
          when (and file (typep operation 'asdf:compile-op))
            do (pushnew file compiled :test #'equal))
{% endfor %}
{% for form in loading %}
    {{ form }}
{% endfor %}
{% for file in load %}
    (load (sb-ext:native-pathname {{ file }}))
    (push {{ file }} files)
{% endfor %}
    (values (length files) (length compiled))))
