;; A server that cannot hurt the service: swank's own, with these around it.
(let ((newcomers '())
      (lock (sb-thread:make-mutex))
{% if swank.secret == "slime" %}
      (file (merge-pathnames ".slime-secret" (user-homedir-pathname)))
{% elif swank.secret != "none" %}
      (file (sb-ext:native-pathname {{ swank.secret_file }}))
{% endif %}
      )
  (labels ((tell (problem)
             (ignore-errors
              (let ((*print-pretty* nil))
                (write-string (format nil "~&;; swank: ~a~%" problem) *error-output*))
              (finish-output *error-output*)))
           ;; True if nothing went wrong.
           (attempt (work)
             (handler-case (progn (funcall work) t)
               (serious-condition (problem) (tell problem))))
           ;; Another version of swank need not have the function.
           (wrap (name around)
             (when (fboundp name)
               (sb-int:encapsulate name 'lisplaunch around)))
{% if swank.secret == "auto" %}
           (make-secret ()
             (ensure-directories-exist file :mode #o700)
             (with-open-file (random "/dev/urandom" :element-type '(unsigned-byte 256))
               (with-open-stream
                   (out (sb-sys:make-fd-stream
                         (sb-posix:open file (logior sb-posix:o-creat sb-posix:o-excl sb-posix:o-wronly) #o600)
                         :output t :buffering :full))
                 (format out "~(~64,'0x~)~%" (read-byte random)))))
{% endif %}
{% if swank.secret != "none" %}
           (check-private (what stat closed)
             (unless (and (= (sb-posix:stat-uid stat) (sb-posix:geteuid))
                          (not (logtest (sb-posix:stat-mode stat) closed)))
               (error "~a must belong to the user of this process and be closed to others: chmod go= ~:*~a" what)))
           ;; The bytes of the first line. Every error in here keeps the client out.
           (secret ()
{% if swank.secret == "auto" %}
             (check-private {{ swank.secret_folder }} (sb-posix:stat {{ swank.secret_folder }}) #o022)
{% endif %}
             (with-open-file (in file :external-format :latin-1
{% if swank.secret == "slime" %}
                                      :if-does-not-exist nil
{% endif %}
                                      )
               (when in
{% if swank.secret == "slime" %}
                 ;; Swank and SLIME take such a file.
                 (attempt (lambda () (check-private file (sb-posix:fstat in) #o077)))
{% else %}
                 (check-private file (sb-posix:fstat in) #o077)
{% endif %}
                 (let ((line (read-line in nil "")))
                   (when (string= line "") (error "the first line of ~a is empty" file))
                   (map 'list #'char-code line)))))
           ;; No more is read than the secret is long; comparing takes as long for any.
           (check-secret (client secret)
             (flet ((next (count) (loop repeat count collect (read-byte client))))
               (unless (and (string-equal (map 'string #'code-char (next 6))
                                          (format nil "~6,'0x" (length secret)))
                            (zerop (reduce #'logior (mapcar #'logxor (next (length secret)) secret))))
                 (error "a client does not know the secret"))))
{% endif %}
           (check (client)
             (sb-sys:with-deadline (:seconds 5)
{% if swank.secret != "none" %}
               (let ((secret (secret))) (when secret (check-secret client secret)))
{% endif %}
               ;; A port scanner leaves without a word.
               (unless (listen client)
                 (sb-sys:wait-until-fd-usable (sb-sys:fd-stream-fd client) :input nil nil)
                 (unless (listen client) (error "a client left without a word")))))
           ;; The oldest that has not yet been let in makes room: it reads the end of its input.
           (enter (client)
             (sb-thread:with-mutex (lock)
               (setf newcomers (append newcomers (list client)))
               (when (nthcdr 64 newcomers)
                 (sb-alien:alien-funcall
                  (sb-alien:extern-alien "shutdown" (function sb-alien:int sb-alien:int sb-alien:int))
                  (sb-sys:fd-stream-fd (pop newcomers)) 2))))
           (leave (client)
             (sb-thread:with-mutex (lock)
               (setf newcomers (remove client newcomers))))
           (serve (socket client style)
             (if (attempt
                  (lambda () (swank::serve-requests (swank::make-connection socket client style))))
{% if swank.dont_close %}
                 nil
{% else %}
                 (swank:stop-server {{ swank.port }})
{% endif %}
                 (ignore-errors (close client :abort t))))
           (accept (socket style)
             (let ((client (swank::accept-connection socket :buffering t)))
               (enter client)
               (swank::spawn (lambda () (serve socket client style)) :name "swank newcomer"))))
    ;; Otherwise the first SLIME connection undoes --disable-debugger for good.
    (setf swank:*global-debugger* nil)
    ;; An error in a thread of swank's own ends that thread alone.
    (wrap 'swank::spawn
          (lambda (spawn work &rest options)
            (flet ((guarded ()
                     (let ((sb-ext:*invoke-debugger-hook*
                             (lambda (problem hook)
                               (declare (ignore hook))
                               (tell problem)
                               (sb-thread:abort-thread))))
                       (funcall work))))
              (apply spawn #'guarded options))))
    ;; What the client no longer takes cannot be flushed.
    (wrap 'swank::close-connection%
          (lambda (close connection &rest reason)
            (flet ((close-it () (apply close connection reason)))
              (unless (attempt #'close-it)
                (close (swank::connection.socket-io connection) :abort t)
                (attempt #'close-it)))))
    (wrap 'swank::accept-connections
          (lambda (original socket style &rest options)
            (declare (ignore original options))
            (unless (attempt (lambda () (accept socket style))) (sleep 1))))
    ;; Every client comes through here, however it was accepted.
    (wrap 'swank::make-connection
          (lambda (connect socket client &rest style)
            (unwind-protect (check client) (leave client))
            (apply connect socket client style)))
{% if swank.secret == "auto" or swank.secret == "file" %}
    (assert (fboundp 'swank::make-connection) () "this version of swank cannot ask for the secret")
{% endif %}
{% if swank.secret == "auto" %}
    (unless (probe-file file) (attempt #'make-secret))
{% endif %}
{% if swank.secret != "none" %}
    (attempt #'secret)
{% endif %}
    (swank:create-server :interface {{ swank.interface }} :port {{ swank.port }}
                         :style :spawn :dont-close t :backlog 1024)))
