;;;; What an image was made from: each file by its name, size, time and fingerprint.

(in-package #:lisplaunch)

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

(defun changed-since-loaded (inputs)
  "The name of the first of INPUTS that was written after this process began: the image may hold
what it was before."
  (first (find-if (lambda (input)
                    (let ((time (nth-value 1 (size-and-time (first input)))))
                      (and time (> time *building-since*))))
                  inputs)))

(defun write-manifest (file inputs)
  "Writes FILE, which says the same to the program that starts services."
  (with-open-file (out (sb-ext:native-pathname file) :direction :output :if-exists :supersede
                                                     :external-format :utf-8)
    (with-usual-syntax
      (let ((*print-pretty* nil))
        (format out "recipe ~(~16,'0x~)~%" (file-fingerprint *recipe-file*))
        (loop for (name size time fingerprint) in inputs
              do (when (find #\Newline name)
                   (error "~s has a line end in its name" name))
                 (if size
                     (format out "file ~d ~d ~(~16,'0x~) ~a~%" size (or time -1) fingerprint name)
                     (format out "absent ~a~%" name)))))))
