;; What `lisplaunch status` asks an image for. The image reads its own part of /proc, which works
;; for a service of another user and on another machine too; elsewhere than on Linux that is empty.
(cl:with-standard-io-syntax
  (cl:let ((cl:*print-readably* cl:nil))
    (cl:flet ((lines (file wanted)
                (cl:ignore-errors
                  (cl:with-open-file (stream file :external-format :latin-1)
                    (cl:loop :for line = (cl:read-line stream cl:nil)
                             :while line
                             :when (cl:search wanted line) :collect line))))
              (of-swank (name)
                (cl:member name '("worker" "lisplaunch" "reader-thread" "control-thread"
                                  "swank-indentation-cache-thread" "auto-flush-thread"
                                  "swank newcomer")
                           :test #'cl:equal)))
      (cl:prin1-to-string
       (cl:list
        :used (sb-kernel:dynamic-usage)
        :size (sb-ext:dynamic-space-size)
        :threads (cl:count-if-not #'of-swank (sb-thread:list-all-threads)
                                  :key #'sb-thread:thread-name)
        :systems (cl:when (cl:find-package "ASDF")
                   (cl:funcall (cl:find-symbol "ALREADY-LOADED-SYSTEMS" "ASDF")))
        :stat (cl:first (lines "/proc/self/stat" ""))
        :uptime (cl:first (lines "/proc/uptime" ""))
        ;; 0A is the state of what listens.
        :listening (cl:append (lines "/proc/net/tcp" " 0A ") (lines "/proc/net/tcp6" " 0A "))
        :sockets (cl:loop :for number :below 1024
                          :for link = (cl:ignore-errors
                                        (sb-unix:unix-readlink
                                         (cl:format cl:nil "/proc/self/fd/~d" number)))
                          :when (cl:and link (cl:search "socket:" link)) :collect link))))))
