;;;; The package of lisplaunch's own code in an image.

(cl:defpackage #:lisplaunch
  (:documentation "What a service that lisplaunch starts knows of itself: which service it is, how
far its start has come, how it stops, and how to serve SLIME without harm.")
  (:use #:cl)
  (:export #:boot #:on-stop #:starting #:start-swank #:ready-when #:ready-when-http #:stay
           #:http-socket
           #:prepare-core #:load-libraries #:save-core #:save-program #:resume))

