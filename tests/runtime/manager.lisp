;;;; What started the process.

(in-package #:lisplaunch)

(check:deftest without-one-there-is-none
  (check:is equal nil (find-manager)))

(check:deftest supervisord-names-group-and-program
  (with-environment ("SUPERVISOR_PROCESS_NAME" "web" "SUPERVISOR_GROUP_NAME" "shop")
    (check:is equal '(:supervisor "shop:web") (find-manager))))

(check:deftest systemd-counts-where-it-started-this-very-process
  (with-environment ("INVOCATION_ID" "0a" "SYSTEMD_EXEC_PID" "1")
    (check:is equal nil (find-manager)))
  (with-environment ("INVOCATION_ID" "0a" "SYSTEMD_EXEC_PID"
                     (princ-to-string (sb-unix:unix-getpid)))
    (check:is eq :systemd (first (find-manager))))
  (with-environment ("INVOCATION_ID" "0a" "NOTIFY_SOCKET" "/run/x")
    (check:is eq :systemd (first (find-manager)))))

(check:deftest tmux-counts-last
  (with-environment ("TMUX" "/tmp/tmux-0/default,1,0")
    (check:is equal '(:tmux "/tmp/tmux-0/default,1,0") (find-manager))
    (with-environment ("SUPERVISOR_PROCESS_NAME" "web")
      (check:is equal '(:supervisor "web") (find-manager)))))

(check:deftest a-supervisor-is-the-parent
  (check:is equal '(:runit "shop-web") (supervisor '("runsv" "shop-web")))
  (check:is equal '(:runit "shop") (supervisor '("/usr/bin/runsv" "/etc/service/shop/")))
  (check:is equal '(:s6 "shop") (supervisor '("s6-supervise" "shop")))
  (check:is equal '(:openrc "shop") (supervisor '("/sbin/supervise-daemon" "shop" "--start")))
  (check:is equal nil (supervisor '("/bin/sh" "runsv" "shop")))
  (check:is equal nil (supervisor '())))

(check:deftest the-parent-is-known
  (check:is eq t (and (parent-command) t)))
