;;;; What the runtime takes from the inside of swank. Read in swank 2.27 and 2.32.
;;;;
;;;; Accessors of swank's structures are called and not inlined: the compiled file of this part
;;;; lasts longer than the swank that it was compiled with.

(in-package #:lisplaunch)

;;; Connections

(defun this-connection ()
  "The connection that this thread serves, or NIL."
  swank::*emacs-connection*)

(defun connection-stream (connection)
  "The stream of the socket of CONNECTION."
  (declare (notinline swank::connection.socket-io))
  (swank::connection.socket-io connection))

(defun connected-p (connection)
  "Whether swank has not closed CONNECTION yet."
  (open-stream-p (connection-stream connection)))

(defun threads-ready-p (connection)
  "Whether swank has noted all threads that it starts for CONNECTION."
  (declare (notinline swank::mconn.indentation-cache-thread))
  (swank::mconn.indentation-cache-thread connection))

(defun several-threads-p (connection)
  "Whether each evaluation on CONNECTION has a thread of its own."
  (declare (notinline swank::connection.communication-style))
  (eq (swank::connection.communication-style connection) :spawn))

(defun call-with-connection (connection function)
  "Calls FUNCTION, which asks the client of CONNECTION, in any thread. Swank waits for a client
after a hundred messages, and would for ever; so that count begins again."
  (declare (notinline swank::connection.env))
  (swank::with-connection (connection)
    (let ((swank::*send-counter* 0))
      (funcall function))))

;;; Messages

(defun new-tag ()
  "A number that an answer of a client is recognised by."
  (swank::make-tag))

(defun send-message (kind &rest parts)
  "Sends a message to the client."
  (swank::send-to-emacs (cons kind parts)))

(defun ask (kind tag &rest parts)
  "Sends a message that the client answers with TAG to this thread."
  (apply #'send-message kind (swank::current-thread-id) tag parts))

(defun received (kind tag)
  "The answer to TAG of the client if it has come, a list of KIND, TAG and what it holds."
  (swank::wait-for-event (list* kind tag '_) t))

(defun send-to-thread (thread message)
  "Lets THREAD find MESSAGE as if it came from the client that it waits for."
  (swank/backend:send thread message))

(defun takes-interrupts-p (thread)
  "Whether THREAD, one of swank's, has come so far that swank can interrupt it."
  (nth-value 1 (sb-thread:symbol-value-in-thread 'swank::*slime-interrupts-enabled* thread nil)))

;;; Streams, the debugger, what is printed

(defun call-with-debugger-hook (hook function)
  "Calls FUNCTION with HOOK in the place of the debugger."
  (swank/backend:call-with-debugger-hook hook function))

(defun backtrace (count)
  "Texts of the COUNT innermost frames at most, without those of the debugger."
  (swank/backend:call-with-debugging-environment
   (lambda () (mapcar #'second (swank:backtrace 0 count)))))

(defun condition-text (condition)
  "What CONDITION reports; its type where that fails."
  (swank::safe-condition-message condition))

(defun prompt-name (package)
  "The shortest name of PACKAGE."
  (swank::package-string-for-prompt package))

(defun output-stream-to (function)
  "A stream that calls FUNCTION with what is written to it, from time to time."
  (swank/backend:make-output-stream function))

(defun input-stream-from (function)
  "A stream that calls FUNCTION for what is read from it."
  (swank/backend:make-input-stream function))

(defun spawn (function name)
  "Starts a thread of swank's."
  (swank/backend:spawn function :name name))

;;; The server

(defun listen-for-clients (&rest options)
  "Starts the server with OPTIONS of SWANK:CREATE-SERVER."
  ;; Otherwise the first SLIME connection undoes --disable-debugger for good.
  (when (debugger-disabled-p)
    (setf swank:*global-debugger* nil))
  ;; Swank chooses it again: while it was loaded, that stream led elsewhere.
  (setf swank::*log-output* nil)
  (apply #'swank:create-server :style :spawn :dont-close t :backlog 1024 options))

(defun warm-server ()
  "Opens a socket as the server does and closes it, so that a saved image holds what SBCL compiles
for the first one."
  (ignore-errors
   (swank/backend:close-socket (swank/backend:create-socket "127.0.0.1" 0))))

(defun accept-stream (socket)
  "The stream of the next client of SOCKET."
  (swank::accept-connection socket :buffering t))

(defun start-session (socket client style)
  "Lets swank serve CLIENT."
  (swank::serve-requests (swank::make-connection socket client style)))

(defun shut-down (client)
  "Makes reads from the stream CLIENT find its end, and writes to it fail."
  (sb-alien:alien-funcall
   (sb-alien:extern-alien "shutdown" (function sb-alien:int sb-alien:int sb-alien:int))
   (sb-sys:fd-stream-fd client) 2))

(defun peek (client count)
  "The first COUNT bytes at most that came from the stream CLIENT, of which none has been read: they
stay there. Waits for the first one; there is none when the client has gone."
  (let ((bytes (make-array count :element-type '(unsigned-byte 8)))
        (descriptor (sb-sys:fd-stream-fd client)))
    (sb-sys:wait-until-fd-usable descriptor :input nil nil)
    (sb-sys:with-pinned-objects (bytes)
      (subseq bytes 0 (max 0 (sb-alien:alien-funcall
                              (sb-alien:extern-alien
                               "recv" (function sb-alien:long sb-alien:int
                                                sb-sys:system-area-pointer
                                                sb-alien:unsigned-long sb-alien:int))
                              ;; MSG_PEEK
                              descriptor (sb-sys:vector-sap bytes) count 2))))))

(defun cause (condition)
  "What went wrong, for a CONDITION that swank closes a connection with."
  (if (typep condition 'swank::swank-error)
      (swank::swank-error.condition condition)
      condition))

(defun call-without-log (function)
  "Calls FUNCTION, whose lines swank does not log."
  (let ((swank::*log-output* (make-broadcast-stream)))
    (funcall function)))

(defun forget-dead-threads ()
  "Drops what swank keeps for each thread that ever waited for a message."
  (let ((lock (find-symbol "*MAILBOX-LOCK*" "SWANK/SBCL"))
        (mailboxes (find-symbol "*MAILBOXES*" "SWANK/SBCL"))
        (thread (find-symbol "MAILBOX.THREAD" "SWANK/SBCL")))
    (when (and lock mailboxes thread)
      (sb-sys:without-interrupts
        (sb-thread:with-mutex ((symbol-value lock))
          (setf (symbol-value mailboxes)
                (remove-if-not #'sb-thread:thread-alive-p (symbol-value mailboxes)
                               :key thread)))))))
