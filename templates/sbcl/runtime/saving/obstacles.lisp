;;;; What cannot be saved in an image.

(in-package #:lisplaunch)

(defun obstacle-threads ()
  "Threads that the code has started while it was loaded."
  (remove-if (lambda (thread)
               (or (eq thread (main-thread))
                   (not (sb-thread:thread-alive-p thread))
                   (sb-thread::thread-ephemeral-p thread)))
             (sb-thread:list-all-threads)))

(defun owner (object)
  "The global variable that holds OBJECT, for a person; NIL where there is none."
  (do-all-symbols (symbol)
    (when (and (boundp symbol)
               (not (constantp symbol))
               (eq (symbol-value symbol) object))
      (return (with-usual-syntax (format nil "~(~s~)" symbol))))))

(defun standard-stream-p (stream)
  (member stream (list sb-sys:*stdin* sb-sys:*stdout* sb-sys:*stderr* sb-sys:*tty*)))

(defun obstacle-streams ()
  "Streams to files and connections that are open."
  (remove-if (lambda (stream)
               (or (standard-stream-p stream) (not (open-stream-p stream))))
             (objects-of-type 'sb-sys:fd-stream)))

(defun stream-name (stream)
  (form-line stream :limit 80))

(defun obstacles-to-save ()
  "What keeps this image from being saved, a line each."
  (append
   (loop for thread in (obstacle-threads)
         collect (format nil "the thread ~s runs, which the code has started while it was loaded"
                         (sb-thread:thread-name thread)))
   (loop for stream in (obstacle-streams)
         collect (format nil "~@[~a holds ~]~a, which is open" (owner stream)
                         (stream-name stream)))))

(defun check-saveable ()
  "Ends the process if the image cannot be saved."
  (sb-ext:gc :full t)
  (let ((obstacles (obstacles-to-save)))
    (when obstacles
      (error "an image cannot hold what is open or runs: ~{~a~^; ~}. Let `start` begin it"
             obstacles))))
