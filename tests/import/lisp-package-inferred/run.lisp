(require :asdf)
(push *default-pathname-defaults* asdf:*central-registry*)
(asdf:load-system "orders/web/server")
(orders/web/server:start :port 8000)
