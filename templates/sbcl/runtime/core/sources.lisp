;;;; Which texts the project's own code was loaded from. A time stamp says nothing of that: a file
;;;; that is put back is older than what replaced it, and two edits may fall into one second.

(in-package #:lisplaunch)

(defvar *own-folders* '()
  "The folders of the project's own code: that of the project file and those of `registry`, by
native names that end in a slash, as given and with their links followed.")

(defparameter *foreign-folders*
  '("/.qlot/" "/.quicklisp/" "/quicklisp/" "/ocicl/" "/.lisplaunch/")
  "In folders of these names a project keeps code that is not its own.")

(defvar *noting-inputs* nil
  "Whether NOTE-INPUTS is at work.")

(defun add-own-folder (name)
  "Counts what lies below the folder NAME, a native name, to the project's own code."
  (dolist (name (list name (sb-unix:unix-realpath name)))
    (when name
      (pushnew (concatenate 'string (string-right-trim "/" name) "/") *own-folders*
               :test #'string=))))

(defun own-name-p (name)
  "Whether the file NAME, a native name, is the project's own."
  (let ((folder (find-if (lambda (folder)
                           (let ((end (mismatch folder name)))
                             (or (null end) (= end (length folder)))))
                         *own-folders*)))
    (and folder
         (notany (lambda (foreign) (search foreign name :start2 (1- (length folder))))
                 *foreign-folders*))))

(defun native-name (file)
  "The absolute native name of FILE, a pathname or its name; NIL where it has none, as a stream."
  (and (typep file '(or string pathname))
       (ignore-errors (sb-ext:native-namestring (merge-pathnames file)))))

(defun own-source-name (file)
  "The native name of FILE if it is the project's own and was not made by compiling."
  (let ((name (native-name file)))
    (flet ((ends-in (type)
             (search type name :from-end t :start2 (max 0 (- (length name) (length type))))))
      (and name
           (own-name-p name)
           (notany #'ends-in '(".fasl" ".lisplaunch"))
           name))))

;;; The stamp of a file is a list: a hash of its text, when that was read, and what the system
;;; said of the file just before.

(defun file-stat (name)
  "A list of numbers that differ once the file NAME was written or replaced, unless that happened
within a second; NIL where there is no such file, or a device or pipe."
  (multiple-value-bind (found device inode mode links user group special size read written changed)
      (sb-unix:unix-stat name)
    (declare (ignore links user group special read))
    (and found
         (= (logand mode sb-unix:s-ifmt) sb-unix:s-ifreg)
         (list device inode size written changed))))

(defun unix-time ()
  (- (get-universal-time) #.(encode-universal-time 0 0 0 1 1 1970 0)))

(defun stamp-settled-p (stamp)
  "Whether another text would have another stamp: the file was not as good as new."
  (destructuring-bind (hash read device inode size written changed) stamp
    (declare (ignore hash device inode size))
    (< (1+ (max written changed)) read)))

(defun stamp (name &optional earlier)
  "The stamp of the file NAME, or NIL where there is none. It is not read where EARLIER is a stamp
that is still right."
  (let ((stat (file-stat name)))
    (cond ((null stat) nil)
          ((and earlier (equal stat (cddr earlier)) (stamp-settled-p earlier)) earlier)
          (t (let ((time (unix-time)))
               (list* (text-hash name) time stat))))))

(defun text-hash (name)
  "A hash of the bytes of the file NAME."
  (let ((*noting-inputs* nil))
    (with-open-file (in (sb-ext:native-pathname name) :external-format :latin-1)
      (let ((text (make-string (file-length in))))
        (sxhash (subseq text 0 (read-sequence text in)))))))

;;; What is opened while a file is compiled or loaded is part of what it is made from.

(defvar *inputs* '()
  "The names and stamps of the project's own files that were opened since NOTE-INPUTS began.")

(defun note-inputs (function)
  "Calls FUNCTION and returns the project's own files that it opened to read, each as its name and
its stamp: (NAME . STAMP)."
  (let ((inputs (let ((*noting-inputs* t) (*inputs* '()))
                  (funcall function)
                  (reverse *inputs*))))
    ;; They are what the file around is made from, too.
    (when *noting-inputs*
      (setf *inputs* (append (reverse inputs) *inputs*)))
    inputs))

(defun note-input (file)
  "Notes that FILE is about to be opened."
  (let* ((name (own-source-name file))
         (stamp (and name (not (assoc name *inputs* :test #'string=)) (stamp name))))
    (when stamp (push (cons name stamp) *inputs*))))

(defun input-changed-p (input)
  "Whether the file of INPUT, its name and stamp, holds another text by now."
  (destructuring-bind (name . stamp) input
    (not (eql (first stamp) (first (stamp name stamp))))))

;;; What was loaded by LOAD.

(defvar *loaded-files* (make-hash-table :test 'equal :synchronized t)
  "For each of the project's own source files that LOAD has loaded, by native name, what it was
loaded from: the inputs that NOTE-INPUTS returned, or NIL if that failed.")

(defun file-changed-p (name)
  "Whether the file NAME differs from what was loaded from it, or was not loaded."
  (let ((inputs (gethash name *loaded-files*)))
    (or (null inputs) (some #'input-changed-p inputs))))

(defun watch-sources ()
  "Lets the image remember from now on what it loads."
  (encapsulate 'open
               (lambda (open file &rest options &key (direction :input) &allow-other-keys)
                 (when (and *noting-inputs* (eq direction :input))
                   (note-input file))
                 (apply open file options)))
  (encapsulate 'load
               (lambda (load file &rest options)
                 (let ((name (own-source-name file)))
                   (if name
                       (remember-load name (lambda () (apply load file options)))
                       (apply load file options))))))

(defun remember-load (name load)
  "Calls LOAD, which loads the source file NAME."
  (let ((values nil))
    (setf (gethash name *loaded-files*) nil)
    (setf (gethash name *loaded-files*)
          (note-inputs (lambda () (setf values (multiple-value-list (funcall load))))))
    (values-list values)))
