;;;; What the kernel knows of this process.

(in-package #:lisplaunch)

(defun file-lines (file)
  "The lines of FILE; none where it cannot be read, as elsewhere than on Linux."
  (ignore-errors
   (with-open-file (stream file :external-format :latin-1)
     (loop for line = (read-line stream nil)
           while line collect line))))

(defun words (line)
  "The words of LINE, which blanks separate."
  (loop for start = (position #\Space line :test-not #'char=)
          then (position #\Space line :start end :test-not #'char=)
        while start
        for end = (or (position #\Space line :start start) (length line))
        collect (subseq line start end)))

(defun start-time (stat)
  "The time at which a process started, in ticks since the machine did: field 22 of its line STAT.
Together with its number it names a process for good."
  ;; The name of the program, field 2, may hold anything.
  (let ((end (position #\) stat :from-end t)))
    (and end (parse-integer (nth 19 (words (subseq stat (1+ end))))))))

(defun own-start-time ()
  "When this process started, as START-TIME says it; NIL where that is not known."
  (let ((stat (first (file-lines "/proc/self/stat"))))
    (and stat (start-time stat))))
