;;;; What started this process and may start it again.

(in-package #:lisplaunch)

(defvar *manager* nil
  "NIL, or a list of a kind and a name: (:SUPERVISOR \"group:program\"), (:SYSTEMD \"unit\"),
(:RUNIT \"folder\"), (:S6 \"folder\"), (:OPENRC \"service\") or (:TMUX \"socket\").")

(defparameter *supervisors*
  '(("runsv" . :runit) ("s6-supervise" . :s6) ("supervise-daemon" . :openrc))
  "Programs that start one service each, which is their first argument, and what they belong to.")

(defun environment (name)
  "The variable NAME of the environment; NIL where it is empty, too."
  (let ((value (sb-ext:posix-getenv name)))
    (and value (string/= value "") value)))

(defun environment-number (name)
  "The number that the variable NAME of the environment begins with; NIL where there is none."
  (let ((value (environment name)))
    (and value (parse-integer value :junk-allowed t))))

(defun supervisor-program ()
  "The name of the program that this process is for supervisord."
  (let ((program (environment "SUPERVISOR_PROCESS_NAME"))
        (group (environment "SUPERVISOR_GROUP_NAME")))
    (and program (format nil "~@[~a:~]~a" group program))))

(defun systemd-unit-p ()
  "Whether systemd started this very process, and not one that started it in turn."
  (and (environment "INVOCATION_ID")
       (or (environment "NOTIFY_SOCKET")
           (equal (environment "SYSTEMD_EXEC_PID") (format nil "~d" (sb-unix:unix-getpid))))))

(defun last-step (path)
  "What follows the last slash of PATH."
  (subseq path (1+ (or (position #\/ path :from-end t) -1))))

(defun systemd-unit ()
  "The name of the systemd unit of this process; the empty string where it is not known."
  (let ((group (find-if (lambda (line) (search ".service" line)) (file-lines "/proc/self/cgroup"))))
    (if group (last-step group) "")))

(defun supervisor (command)
  "The kind and the name that COMMAND, the words of a process, says if it supervises a service."
  (destructuring-bind (&optional (program "") (service "") &rest options) command
    (declare (ignore options))
    (let ((kind (cdr (assoc (last-step program) *supervisors* :test #'string=))))
      (and kind (list kind (last-step (string-right-trim "/" service)))))))

(defun find-manager ()
  "What *MANAGER* is for this process."
  (cond ((supervisor (parent-command)))
        ((supervisor-program) (list :supervisor (supervisor-program)))
        ((systemd-unit-p) (list :systemd (systemd-unit)))
        ((environment "TMUX") (list :tmux (environment "TMUX")))))
