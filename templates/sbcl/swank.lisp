(progn
  ;; Otherwise the first SLIME connection undoes --disable-debugger for good.
  (setf swank:*global-debugger* nil)
  (swank:create-server :interface {{ swank.interface }} :port {{ swank.port }}
                       :style {{ swank.style }} :dont-close {{ swank.dont_close }}))
