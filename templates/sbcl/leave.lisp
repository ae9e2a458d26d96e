;; An error is told without a backtrace and ends the process, as SIGTERM does. What the service
;; does on its own exit, such as removing a file of its process number, is not for this process.
(flet ((leave ()
         (setf sb-ext:*exit-hooks* nil)
         (sb-ext:exit :code 1 :timeout 2)))
  (setf sb-ext:*invoke-debugger-hook*
        (lambda (condition hook)
          (declare (ignore hook))
          (ignore-errors
           (finish-output)
           (format *error-output* "~&~@[~a: ~]~a: ~a~%"
                   (or *compile-file-truename* *load-truename*) (type-of condition) condition)
           (finish-output *error-output*))
          (leave)))
  (sb-sys:enable-interrupt sb-unix:sigterm
                           (lambda (&rest signal)
                             (declare (ignore signal))
                             (leave))))
