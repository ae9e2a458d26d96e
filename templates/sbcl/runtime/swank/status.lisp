;;;; What `lisplaunch status` asks an image for.

(in-package #:lisplaunch)

(defparameter *swank-threads*
  '("worker" "lisplaunch" "reader-thread" "control-thread" "swank-indentation-cache-thread"
    "auto-flush-thread" "swank newcomer")
  "The names of threads that are swank's and not the service's.")

(defun lines-with (wanted file)
  "The lines of FILE that hold the text WANTED; none where it cannot be read, as elsewhere than on
Linux."
  (ignore-errors
   (with-open-file (stream file :external-format :latin-1)
     (loop for line = (read-line stream nil)
           while line
           when (search wanted line) collect line))))

(defun open-sockets ()
  "The links of /proc/self/fd that lead to sockets."
  (loop for number below 1024
        for link = (ignore-errors
                    (sb-unix:unix-readlink (format nil "/proc/self/fd/~d" number)))
        when (and link (search "socket:" link)) collect link))

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
             :systems (when (find-package "ASDF")
                        (funcall (find-symbol "ALREADY-LOADED-SYSTEMS" "ASDF")))
             :stat (first (lines-with "" "/proc/self/stat"))
             :uptime (first (lines-with "" "/proc/uptime"))
             ;; 0A is the state of what listens.
             :listening (append (lines-with " 0A " "/proc/net/tcp")
                                (lines-with " 0A " "/proc/net/tcp6"))
             :sockets (open-sockets))))))
