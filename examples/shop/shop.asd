(defsystem "shop"
  :description "What the services of the shop share: orders, as files that move from folder to folder"
  :license "MIT"
  :components ((:file "orders")))

(defsystem "shop/web"
  :description "Takes orders over HTTP"
  :depends-on ("shop" "hello")
  :components ((:file "web")))

(defsystem "shop/worker"
  :description "Packs the orders that have come in"
  :depends-on ("shop")
  :components ((:file "worker")))

(defsystem "shop/mailer"
  :description "Writes to the customers whose orders are packed"
  :depends-on ("shop")
  :components ((:file "mailer")))
