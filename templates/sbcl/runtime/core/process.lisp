;;;; What the kernel knows of this process.

(in-package #:lisplaunch)

(defun file-lines (file)
  "The lines of FILE; none where it cannot be read, as elsewhere than on Linux."
  (ignore-errors
   (with-open-file (stream file :external-format :latin-1)
     (loop for line = (read-line stream nil)
           while line collect line))))

(defun stat-field (number stat)
  "Field NUMBER, above 2, of STAT, the line of a process in /proc/PID/stat."
  ;; The name of the program, field 2, may hold anything.
  (let ((end (position #\) stat :from-end t)))
    (and end (parse-integer (nth (- number 3) (words (subseq stat (1+ end))))))))

(defun stat-of (pid)
  "The line of the process PID; NIL where it cannot be read."
  (first (file-lines (format nil "/proc/~d/stat" pid))))

(defun start-time (stat)
  "The time at which a process started, in ticks since the machine did: STAT is its line. Together
with its number it names a process for good."
  (stat-field 22 stat))

(defun start-time-of (pid)
  "When the process PID started, as START-TIME says it; NIL where that is not known."
  (let ((stat (stat-of pid)))
    (and stat (start-time stat))))

(defun parent-command ()
  "The words that the process which started this one was started with."
  (let ((stat (stat-of (sb-unix:unix-getpid))))
    (and stat (words (format nil "~{~a~^ ~}"
                             (file-lines (format nil "/proc/~d/cmdline" (stat-field 4 stat))))))))

(defun own-start-time ()
  "When this process started."
  (start-time-of (sb-unix:unix-getpid)))

(defun listening-socket-p (line port)
  "Whether LINE of /proc/net/tcp or tcp6 is of a socket that listens on PORT."
  (destructuring-bind (&optional slot (local "") remote state &rest rest) (words line)
    (declare (ignore slot remote rest))
    (let ((colon (position #\: local)))
      (and colon
           (equal state "0A")
           (eql (parse-integer local :start (1+ colon) :radix 16) port)))))

(defun listening-inodes (port)
  "The numbers, as strings, of the sockets that listen on PORT."
  (loop for line in (append (file-lines "/proc/net/tcp") (file-lines "/proc/net/tcp6"))
        when (listening-socket-p line port) collect (nth 9 (words line))))

(defun process-numbers ()
  "The numbers of all processes."
  (loop for folder in (directory "/proc/*/" :resolve-symlinks nil)
        for number = (parse-integer (first (last (pathname-directory folder))) :junk-allowed t)
        when number collect number))

(defun open-links (pid)
  "What the descriptors of the process PID lead to; nothing where this user may not see that."
  (loop for file in (ignore-errors
                     (directory (format nil "/proc/~d/fd/*" pid) :resolve-symlinks nil))
        collect (sb-unix:unix-readlink (sb-ext:native-namestring file))))

(defun port-holder (port)
  "The number of the process that listens on PORT; NIL where that is not known."
  (let ((sockets (loop for inode in (listening-inodes port)
                       collect (format nil "socket:[~a]" inode))))
    (and sockets
         (find-if (lambda (pid) (intersection sockets (open-links pid) :test #'equal))
                  (process-numbers)))))

(defun program-name (pid)
  "The name of the program that the process PID runs."
  (or (first (file-lines (format nil "/proc/~d/comm" pid))) "another program"))
