;;;; What `lisplaunch status` asks an image for.

(in-package #:lisplaunch)

(defparameter *swank-threads*
  '("worker" "lisplaunch" "reader-thread" "control-thread" "swank-indentation-cache-thread"
    "auto-flush-thread" "swank newcomer")
  "The names of threads that are swank's and not the service's.")

(defun texts-with (wanted texts)
  "Those of TEXTS that hold the text WANTED."
  (remove-if-not (lambda (text) (search wanted text)) texts))

(defun systems ()
  "The names of the systems that are loaded."
  (cond ((fboundp 'loaded-system-names) (funcall 'loaded-system-names))
        ((find-package "ASDF") (funcall (find-symbol "ALREADY-LOADED-SYSTEMS" "ASDF")))))

(defun status ()
  "A property list, printed. The image reads its own part of /proc, which works for a service of
another user and on another machine too."
  (with-standard-io-syntax
    (let ((*print-readably* nil))
      (prin1-to-string
       (list :used (sb-kernel:dynamic-usage)
             :size (sb-ext:dynamic-space-size)
             :threads (count-if-not (lambda (name) (member name *swank-threads* :test #'equal))
                                    (sb-thread:list-all-threads)
                                    :key #'sb-thread:thread-name)
             :systems (systems)
             :stat (first (file-lines "/proc/self/stat"))
             :uptime (first (file-lines "/proc/uptime"))
             ;; 0A is the state of what listens.
             :listening (texts-with " 0A " (append (file-lines "/proc/net/tcp")
                                                   (file-lines "/proc/net/tcp6")))
             :sockets (texts-with "socket:" (open-links (sb-unix:unix-getpid))))))))
