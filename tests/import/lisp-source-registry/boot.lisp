(require :asdf)
(asdf:initialize-source-registry
 '(:source-registry (:directory "/srv/app/src/") (:directory "/srv/app/vendor/") :inherit-configuration))
(asdf:load-system :rates)
(rates:start)
