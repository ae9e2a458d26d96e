;;; lisplaunch.el --- Connect to services that lisplaunch runs -*- lexical-binding: t -*-

;; Author: The authors of lisplaunch
;; Version: 0.1.0
;; Package-Requires: ((emacs "26.1"))
;; Keywords: lisp, processes
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; `lisplaunch-connect' connects SLIME to a service of the project file,
;; lisplaunch.yaml, of the buffer at hand: on this machine, or with a prefix
;; argument on another one, through ssh.  `lisplaunch-reload' loads changed
;; code into the service once it has been tried, and lists what is wrong.
;;
;; SLY does not speak the protocol of swank: where a service starts slynk
;; itself, connect with `sly-connect'.

;;; Code:

(require 'cl-lib)
(require 'compile)
(require 'json)
(require 'subr-x)

(defvar slime-connected-hook)
(defvar slime-filename-translations)
(declare-function slime-connect "slime")
(declare-function slime-machine-instance "slime")
(declare-function slime-tramp-init "slime-tramp")

(defgroup lisplaunch nil
  "Services that lisplaunch runs."
  :group 'lisp)

(defcustom lisplaunch-program "lisplaunch"
  "The program lisplaunch: a name on the path, or a file."
  :type 'string)

(defcustom lisplaunch-tunnel-timeout 30
  "How many seconds ssh may take to open a tunnel."
  :type 'integer)

(defun lisplaunch--run (&rest arguments)
  "Run lisplaunch with ARGUMENTS and return what it prints."
  (with-temp-buffer
    (let* ((errors (make-temp-file "lisplaunch"))
           (code (unwind-protect
                     (apply #'call-process lisplaunch-program nil
                            (list t errors) nil arguments)
                   (with-temp-buffer
                     (insert-file-contents errors)
                     (setq errors (prog1 (string-trim (buffer-string))
                                    (delete-file errors)))))))
      (unless (eql code 0)
        (user-error "%s" errors))
      (buffer-string))))

(defun lisplaunch--ask (&rest arguments)
  "Run lisplaunch with ARGUMENTS and return the JSON that it prints."
  (let ((json-object-type 'alist)
        (json-array-type 'list)
        (json-key-type 'symbol)
        (json-false nil))
    (json-read-from-string (apply #'lisplaunch--run arguments))))

(defun lisplaunch--read-service ()
  "Ask for a service of the project file, if it has several."
  (let ((services (lisplaunch--ask "list" "--json")))
    (if (cdr services)
        (completing-read "Service: " services nil t)
      (car services))))

(defun lisplaunch--secret (file)
  "The first line of FILE; nil if FILE is nil."
  (when file
    (with-temp-buffer
      (insert-file-contents file)
      (buffer-substring (point-min) (line-end-position)))))

(defun lisplaunch--start-tunnel (command)
  "Start COMMAND, an ssh with a port of another machine at its end."
  (when command
    (make-process :name "lisplaunch-tunnel"
                  :buffer (generate-new-buffer " *lisplaunch-tunnel*")
                  :command command
                  :connection-type 'pipe
                  :noquery t)))

(defun lisplaunch--call-through (tunnel function)
  "Call FUNCTION, again and again until the port of TUNNEL is there."
  (let ((deadline (+ (float-time) lisplaunch-tunnel-timeout))
        (result nil))
    (while (not result)
      (condition-case failure
          (setq result (funcall function))
        (file-error
         (unless (and tunnel (< (float-time) deadline))
           (when tunnel
             (delete-process tunnel))
           (signal (car failure) (cdr failure)))
         (accept-process-output tunnel 0.1)
         (unless (process-live-p tunnel)
           (while (accept-process-output tunnel 0.1))
           (user-error "The tunnel has ended: %s"
                       (with-current-buffer (process-buffer tunnel)
                         (string-trim (buffer-string))))))))
    result))

(defun lisplaunch--translator (instance machine)
  "Translate file names for the Lisp on a machine of the name INSTANCE.
Its files are those of MACHINE, which ssh reaches."
  (let ((prefix (format "/ssh:%s:" machine)))
    (list (concat "\\`" (regexp-quote instance) "\\'")
          (lambda (file) (or (file-remote-p file 'localname) file))
          (lambda (file) (concat prefix file)))))

(defun lisplaunch--translate-file-names (machine)
  "Let SLIME visit the files of its current connection on MACHINE."
  (require 'slime-tramp)
  (slime-tramp-init)
  (add-to-list 'slime-filename-translations
               (lisplaunch--translator (slime-machine-instance) machine)))

(defun lisplaunch--when-connected (function)
  "Call FUNCTION once SLIME knows what it is connected to."
  (let ((once (make-symbol "lisplaunch--once")))
    (fset once (lambda ()
                 (remove-hook 'slime-connected-hook once)
                 (funcall function)))
    (add-hook 'slime-connected-hook once)))

;;;###autoload
(defun lisplaunch-connect (&optional service machine)
  "Connect SLIME to SERVICE of the project file at hand.
SERVICE may be nil where the file has one service only.  With a
prefix argument ask for the MACHINE on which it runs, as ssh
knows it, and connect through a tunnel."
  (interactive
   (list (lisplaunch--read-service)
         (and current-prefix-arg (read-string "Machine: "))))
  (unless (require 'slime nil t)
    (user-error "There is no SLIME: install it, from Debian or from MELPA"))
  (let* ((place (apply #'lisplaunch--ask "connect" "--json"
                       (append (and machine (list (concat "--host=" machine)))
                               (and service (list service)))))
         (secret (lisplaunch--secret (alist-get 'secret-file place)))
         (tunnel (lisplaunch--start-tunnel (alist-get 'tunnel place))))
    (when machine
      (lisplaunch--when-connected
       (lambda () (lisplaunch--translate-file-names machine))))
    (cl-letf (((symbol-function 'slime-secret) (lambda () secret)))
      (lisplaunch--call-through
       tunnel
       (lambda ()
         (slime-connect (alist-get 'host place) (alist-get 'port place)))))))

(defvar lisplaunch-reload-error-regexp-alist
  '(("^ *--> \\(.+\\):\\([0-9]+\\):\\([0-9]+\\)$" 1 2 3))
  "Where lisplaunch says that something is wrong.")

(define-compilation-mode lisplaunch-reload-mode "Reload"
  "What comes of loading changed code into a service.")

;;;###autoload
(defun lisplaunch-reload (&optional service)
  "Load changed code into SERVICE of the project file at hand.
SERVICE may be nil where the file has one service only.  What is
wrong with the code is listed, and the service goes on as it is."
  (interactive (list (lisplaunch--read-service)))
  (save-some-buffers)
  (compilation-start
   (mapconcat #'shell-quote-argument
              (append (list lisplaunch-program "--color=never" "reload")
                      (and service (list service)))
              " ")
   #'lisplaunch-reload-mode))

(provide 'lisplaunch)

;;; lisplaunch.el ends here
