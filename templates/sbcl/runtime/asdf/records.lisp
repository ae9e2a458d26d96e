;;;; What compiled files were made from: a record beside each of the project's own.

(in-package #:lisplaunch)

(defun compiled-name (component)
  "The native name of the file that COMPONENT is compiled to."
  (sb-ext:native-namestring (first (asdf:output-files 'asdf:compile-op component))))

(defun record-name (compiled)
  "The name of the file beside COMPILED that says what it was made from."
  (concatenate 'string compiled ".lisplaunch"))

(defun read-record (compiled)
  "A property list: the :KEY of the action that made the file COMPILED, the :INPUTS that it was made
from, as NOTE-INPUTS returns them, and the stamp of the file itself, :COMPILED. NIL if there is none."
  (ignore-errors
   (with-open-file (in (sb-ext:native-pathname (record-name compiled)) :external-format :utf-8
                                                                      :if-does-not-exist nil)
     (and in
          (with-standard-io-syntax
            (let ((*read-eval* nil))
              (read in)))))))

(defun write-record (compiled record)
  "Writes RECORD beside the file COMPILED, whole or not at all. Without one the file is compiled
again by the next process."
  (ignore-errors
   (let* ((name (record-name compiled))
          (new (format nil "~a.~d" name (sb-unix:unix-getpid))))
     (with-open-file (out (sb-ext:native-pathname new) :direction :output :if-exists :supersede
                                                       :external-format :utf-8)
       (with-standard-io-syntax
         (let ((*print-readably* nil))
           (prin1 record out))))
     (sb-unix:unix-rename new name))))

(defun replaceable-p (compiled)
  "Whether this process could write the file COMPILED again."
  (let* ((name (format nil "~a.~d" (record-name compiled) (sb-unix:unix-getpid)))
         (fd (sb-unix:unix-open name (logior sb-unix:o_wronly sb-unix:o_creat) #o600)))
    (when fd
      (sb-unix:unix-close fd)
      (sb-unix:unix-unlink name)
      t)))

(defun record (component)
  "What the compiled file of COMPONENT was made from, with the stamps of today; NIL where that is
not known, or the file is not the one that was made."
  (let ((records (session-table 'records)))
    (multiple-value-bind (record found) (gethash component records)
      (if found
          record
          (setf (gethash component records)
                (let ((compiled (compiled-name component)))
                  (or (current-record compiled)
                      (assumed-record component compiled))))))))

(defun current-record (compiled)
  (let ((record (read-record compiled)))
    (when record
      (destructuring-bind (&key key inputs ((:compiled stamp))) record
        (let* ((now (loop for (name . stamp) in inputs
                          collect (cons name (stamp name stamp))))
               (stamp-now (stamp compiled stamp))
               (current (list :key key :inputs now :compiled stamp-now)))
          (when (eql (first stamp) (first stamp-now))
            ;; The next process need not read again what was touched and is the same.
            (unless (or (equal current record) (some #'input-changed-p inputs))
              (write-record compiled current))
            current))))))

(defun assumed-record (component compiled)
  "What stands for a record in a place where none can be written: a folder that is part of an image,
say, made without lisplaunch. ASDF's own judgement of its file must do."
  (unless (replaceable-p compiled)
    (let ((source (source-name component)))
      (list :inputs (list (cons source (stamp source))) :assumed t))))
