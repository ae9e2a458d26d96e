;;;; What cannot be saved in an image.

(in-package #:lisplaunch)

(defun obstacle-threads ()
  "Threads that the code has started while it was loaded."
  (remove-if (lambda (thread)
               (or (eq thread (main-thread))
                   (not (sb-thread:thread-alive-p thread))
                   (sb-thread::thread-ephemeral-p thread)))
             (sb-thread:list-all-threads)))

(defun standard-stream-p (stream)
  (member stream (mapcar #'symbol-value *standard-streams*)))

(defun obstacle-streams ()
  "Streams to files and connections that are open."
  (remove-if (lambda (stream)
               (or (standard-stream-p stream) (not (open-stream-p stream))))
             (objects-of-type 'sb-sys:fd-stream)))

(defvar *descriptors-before* '()
  "The descriptors that were open before anything was loaded, each a cons of its number and what it
leads to.")

(defun open-descriptors ()
  "As *DESCRIPTORS-BEFORE*, for now. None are known where the system does not say."
  (loop for file in (ignore-errors (directory "/proc/self/fd/*" :resolve-symlinks nil))
        for target = (sb-unix:unix-readlink (sb-ext:native-namestring file))
        ;; That of the folder itself is closed by now.
        when target collect (cons (parse-integer (file-namestring file)) target)))

(defun obstacle-descriptors (streams)
  "Descriptors that the code has opened, and none of STREAMS has."
  (remove-if (lambda (descriptor)
               (destructuring-bind (number . target) descriptor
                 (or (find number streams :key #'sb-sys:fd-stream-fd)
                     ;; A library that reads random numbers opens its source again.
                     (eql (mismatch "/dev/" target) 5))))
             (sort (set-difference (open-descriptors) *descriptors-before* :test #'equal)
                   #'< :key #'car)))

(defun socket-of (number)
  "The socket of SBCL whose descriptor is NUMBER; NIL where there is none."
  (and (find-package "SB-BSD-SOCKETS")
       (find number (objects-of-type (find-class (find-symbol "SOCKET" "SB-BSD-SOCKETS")))
             :key (find-symbol "SOCKET-FILE-DESCRIPTOR" "SB-BSD-SOCKETS"))))

(defun obstacle-line (what object state)
  "What is said of OBJECT, which is WHAT and in a STATE that cannot be saved."
  (format nil "~a ~a~@[, which ~a has made~]~@[ (~a holds it)~]"
          what state (origin object) (holder object)))

(defun descriptor-line (descriptor)
  (destructuring-bind (number . target) descriptor
    (let ((socket (socket-of number)))
      (if socket
          (obstacle-line "a socket" socket "is open")
          (format nil "~a is open" target)))))

(defun obstacles-to-save ()
  "What keeps this image from being saved, a line each."
  (let ((streams (obstacle-streams)))
    (append
     (loop for thread in (obstacle-threads)
           collect (obstacle-line (format nil "the thread ~s" (sb-thread:thread-name thread))
                                  thread "runs"))
     (loop for timer in (sb-ext:list-all-timers)
           collect (obstacle-line (form-line timer :limit 80) timer "is scheduled"))
     (loop for stream in streams
           collect (obstacle-line (form-line stream :limit 160) stream "is open"))
     (mapcar #'descriptor-line (obstacle-descriptors streams)))))

(defun refuse-to-save (control &rest arguments)
  "Ends the process, and says why in the words of CONTROL and ARGUMENTS."
  (log-line "~a could not be built: ~?" (service-name) control arguments)
  (end-process 1))

(defun check-saveable ()
  "Ends the process if the image cannot be saved."
  (sb-ext:gc :full t)
  (let ((obstacles (obstacles-to-save)))
    (when obstacles
      (refuse-to-save "an image cannot hold what is open or runs: ~{~a~^; ~}. Let `start` begin it"
                      obstacles))))
