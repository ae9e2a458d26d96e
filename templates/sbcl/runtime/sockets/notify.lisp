;;;; A message to the manager that waits for one, as systemd's sd_notify sends it.

(in-package #:lisplaunch)

(defun notify-address (name)
  "The class of the socket that NAME, a value of NOTIFY_SOCKET, means, and its address."
  (if (char= (char name 0) #\@)
      (values 'sb-bsd-sockets:local-abstract-socket (subseq name 1))
      (values 'sb-bsd-sockets:local-socket name)))

(defun send-notification (name message)
  "Sends MESSAGE to the socket NAME, which need not be ready to take it."
  (multiple-value-bind (class address) (notify-address name)
    (let ((socket (make-instance class :type :datagram))
          (octets (sb-ext:string-to-octets message :external-format :utf-8)))
      (unwind-protect
           (progn
             (sb-bsd-sockets:socket-connect socket address)
             (sb-bsd-sockets:socket-send socket octets nil :dontwait t :nosignal t))
        (sb-bsd-sockets:socket-close socket)))))
