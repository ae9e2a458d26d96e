;; Whoever is told to stop is told twice at times, make's child for one: a second SIGTERM would
;; cut the exit short. Any thread may be told, also one of SBCL's own, which would not leave.
(let ((untold (list t)))
  (sb-sys:enable-interrupt
   sb-unix:sigterm
   (lambda (&rest signal)
     (declare (ignore signal))
     (sb-thread:interrupt-thread (sb-thread:main-thread)
                                 (lambda () (when (pop untold) (sb-ext:exit)))))))
