;;;; What an image was made from: each file by its name, size, time and fingerprint.

(in-package #:lisplaunch)

(defvar *building-since* nil
  "When the process began that saves the image, in seconds of Unix time.")

(defvar *inputs-of-core* '()
  "What the image was made from, a list of INPUT each; NIL where it goes where its sources do not.")

(defun size-and-time (name)
  "The size of the file NAME and the second in which it was written; NIL where there is none."
  (destructuring-bind (&optional device inode size written changed) (file-stat name)
    (declare (ignore device inode changed))
    (values size written)))

(defun input (name)
  "What the file NAME is now: (NAME SIZE TIME FINGERPRINT). Where there is none the others are NIL. A
time as good as now says nothing: another text could get the same. It is NIL, too."
  (multiple-value-bind (size time) (size-and-time name)
    (list name size
          (and time (< (1+ time) (unix-time)) time)
          (and size (file-fingerprint name)))))

(defun input-same-p (input)
  "Whether the file of INPUT is what it was. It is read only where its size or time differ."
  (destructuring-bind (name size time fingerprint) input
    (multiple-value-bind (size-now time-now) (size-and-time name)
      (and (eql size size-now)
           (or (null size)
               (eql time time-now)
               (eql fingerprint (file-fingerprint name)))))))

(defun option-files ()
  "The files that the command line loads."
  (loop for (kind . file) in (command-line-options (frames))
        when (eq kind :load) collect (native-name file)))

(defun init-files ()
  "The files that SBCL loads before all others, whether they are there or not."
  (flet ((file-of (option default)
           (let ((given (member (concatenate 'string "--" option) (toplevel-words)
                                :test #'string=)))
             (cond ((member (concatenate 'string "--no-" option) (toplevel-words) :test #'string=)
                    nil)
                   (given (second given))
                   (t (let ((file (funcall default)))
                        (and file (native-name file))))))))
    (remove nil (list (file-of "sysinit" sb-ext:*sysinit-pathname-function*)
                      (file-of "userinit" sb-ext:*userinit-pathname-function*)))))

(defun lock-files (setup)
  "The files that say which version of each library the loader takes. SETUP is the file that loads
the loader."
  (append
   (loop for name in '("qlfile.lock" "ocicl.csv" "systems.csv")
         collect (sb-ext:native-namestring (project-pathname name)))
   (and setup
        (loop for file in (directory (merge-pathnames "dists/*/distinfo.txt"
                                                      (folder-of (sb-ext:native-pathname setup))))
              collect (sb-ext:native-namestring file)))))

(defun core-files (depends)
  "The native names of all files that the image is made from; DEPENDS lists further ones."
  (let ((options (option-files)))
    (remove-duplicates
     (append (init-files)
             options
             (lock-files (first options))
             (loop for name being each hash-key of *loaded-files* collect name)
             (and (fboundp 'system-files) (funcall 'system-files))
             depends)
     :test #'string= :from-end t)))

(defun changed-source ()
  "The name of a file of the project's own that has changed since it was loaded; NIL where there is
none."
  (or (loop for name being each hash-key of *loaded-files*
            when (and (file-stat name) (file-changed-p name)) return name)
      (and (fboundp 'changed-component-file) (funcall 'changed-component-file))))

(defun changed-file (names)
  "The first of the files NAMES that was written after this process began; NIL where there is none."
  (find-if (lambda (name)
             (let ((time (nth-value 1 (size-and-time name))))
               (and time (> time *building-since*))))
           names))

(defun check-unchanged (depends)
  "Ends the process if the image may hold what a file was before."
  (let ((changed (or (changed-source)
                     (changed-file (append (init-files) (option-files) depends)))))
    (when changed
      (refuse-to-save "~a was written meanwhile: build it again" changed))))

(defun write-manifest (file recipe inputs)
  "Writes FILE, which says the same to the program that starts services, and which sbcl this is.
RECIPE is the file that says how the service is loaded."
  (with-open-file (out (sb-ext:native-pathname file) :direction :output :if-exists :supersede
                                                     :external-format :utf-8)
    (with-usual-syntax
      (let ((*print-pretty* nil))
        (format out "recipe ~(~16,'0x~)~%" (file-fingerprint recipe))
        (write-input (input (native-name sb-ext:*runtime-pathname*)) out)
        (dolist (input inputs)
          (write-input input out))))))

(defun write-input (input out)
  (destructuring-bind (name size time fingerprint) input
    (when (find #\Newline name)
      (refuse-to-save "~s has a line end in its name" name))
    (if size
        (format out "file ~d ~d ~(~16,'0x~) ~a~%" size (or time -1) fingerprint name)
        (format out "absent ~a~%" name))))
