;;;; Every request that has been accepted is answered before the process ends. Hunchentoot itself
;;;; closes a connection that it has accepted while it stops, and waits for one answer, not for all.

(in-package #:lisplaunch)

(defvar *connections* (make-hash-table :test 'eq :weakness :key :synchronized t)
  "The connections that are open, and how far each is: :NEW until its first request, :BUSY until that
is answered, and :KEPT until the next one.")

(defvar *connection* nil
  "The connection that the current thread serves.")

(defun note-connection (connection state)
  (setf (gethash connection *connections*) state))

(defun connection-state ()
  (and *connection* (gethash *connection* *connections*)))

(defun follow-connection (process acceptor connection)
  (let ((*connection* connection))
    (unwind-protect (funcall process acceptor connection)
      (remhash connection *connections*))))

(defun follow-reading (get-request stream)
  (when (eq (connection-state) :busy)
    (note-connection *connection* :kept))
  (funcall get-request stream))

(defun follow-request (process request)
  (when *connection*
    (note-connection *connection* :busy))
  (funcall process request))

(defun refuse-further-requests-p (shutdown-p acceptor)
  "Whether ACCEPTOR stops; not for a connection that has not had a request answered."
  (case (connection-state)
    ((nil) (funcall shutdown-p acceptor))
    (:new nil)
    (t (or *leaving* (funcall shutdown-p acceptor)))))

(defun keep-connection-p (persistent-p acceptor)
  "Whether the client may send further requests: the answer says so."
  (and (not (and (connection-state) (refuse-further-requests-p #'stopped-p acceptor)))
       (funcall persistent-p acceptor)))

(defvar *first-patience* 1
  "How many seconds a process that leaves waits for the first request of a connection.")

(defun input-arrived-p (connection)
  "Whether the client of CONNECTION has sent what nothing has read yet."
  (ignore-errors
   (sb-sys:wait-until-fd-usable
    (sb-bsd-sockets:socket-file-descriptor (usocket:socket connection)) :input 0 nil)))

(defun answer-owed-p (connection state waited)
  "Whether the client of CONNECTION has asked for something, or may have within WAITED seconds."
  (or (eq state :busy)
      (and (eq state :new) (< waited *first-patience*))
      (input-arrived-p connection)))

(defun answers-owed-p (waited)
  (sb-ext:with-locked-hash-table (*connections*)
    (loop for connection being the hash-keys of *connections* using (hash-value state)
            thereis (answer-owed-p connection state waited))))

(defun finish-answers ()
  "Waits until all clients have their answers, as long as there is time to stop."
  ;; What is being accepted is known after that, and nothing else is accepted.
  (sb-thread:with-mutex (*accept-lock*))
  (loop with time = (* 4/5 (time-left))
        with begin = (get-internal-real-time)
        for waited = (/ (- (get-internal-real-time) begin) internal-time-units-per-second)
        while (and (< waited time) (answers-owed-p waited))
        do (sleep 1/100)))
