;; When all is done, leave without C's exit handlers: they wait for ever where a thread was ended
;; in the midst of the dynamic linker.
(sb-int:encapsulate 'sb-sys:os-exit 'lisplaunch
                    (lambda (leave code &rest options)
                      (declare (ignore options))
                      (funcall leave code :abort t)))
