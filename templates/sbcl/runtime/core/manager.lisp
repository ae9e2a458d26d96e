;;;; What started this process and may start it again.

(in-package #:lisplaunch)

(defvar *manager* nil
  "NIL, or a list of a kind and a name: (:SUPERVISOR \"group:program\"), (:SYSTEMD \"unit\") or
(:TMUX \"socket\").")

(defun environment (name)
  "The variable NAME of the environment; NIL where it is empty, too."
  (let ((value (sb-ext:posix-getenv name)))
    (and value (string/= value "") value)))

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

(defun find-manager ()
  "What *MANAGER* is for this process."
  (cond ((supervisor-program) (list :supervisor (supervisor-program)))
        ((systemd-unit-p) (list :systemd (systemd-unit)))
        ((environment "TMUX") (list :tmux (environment "TMUX")))))
