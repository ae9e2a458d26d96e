;;;; What the runtime takes from the inside of Hunchentoot. Read in Hunchentoot 1.2.38 and 1.3.1.

(in-package #:lisplaunch)

(defun listening-socket (acceptor)
  "The usocket on which ACCEPTOR listens."
  (hunchentoot::acceptor-listen-socket acceptor))

(defun stopped-p (acceptor)
  "Whether ACCEPTOR was asked to stop, or was never started."
  (hunchentoot::acceptor-shutdown-p acceptor))

(defun limit-waits (connection acceptor)
  "Bounds how long ACCEPTOR waits for the client of CONNECTION."
  (hunchentoot::set-timeouts connection
                             (hunchentoot:acceptor-read-timeout acceptor)
                             (hunchentoot:acceptor-write-timeout acceptor)))

(defun serve-connection (connection acceptor)
  "Lets ACCEPTOR serve CONNECTION as it serves all."
  (hunchentoot:handle-incoming-connection (hunchentoot::acceptor-taskmaster acceptor) connection))

(defun guard-hunchentoot ()
  "Takes the places at which Hunchentoot accepts connections, reads requests and answers them."
  (encapsulate 'hunchentoot:accept-connections #'accept-handed-connections)
  (encapsulate 'hunchentoot:process-connection #'follow-connection)
  (encapsulate 'hunchentoot::get-request-data #'follow-reading)
  (encapsulate 'hunchentoot:process-request #'follow-request)
  (encapsulate 'hunchentoot::acceptor-shutdown-p #'refuse-further-requests-p)
  (encapsulate 'hunchentoot:acceptor-persistent-connections-p #'keep-connection-p))
