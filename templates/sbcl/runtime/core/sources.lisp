;;;; Which texts the project's own code was loaded from. A time stamp says nothing of that: a file
;;;; that is put back is older than what replaced it, and two edits may fall into one second.

(in-package #:lisplaunch)

(defvar *own-folders* '()
  "The folders of the project's own code: that of the project file and those of `registry`, by
native names that end in a slash, as given and with their links followed.")

(defparameter *foreign-folders*
  '("/.qlot/" "/.quicklisp/" "/quicklisp/" "/ocicl/" "/.lisplaunch/" "/usr/share/common-lisp/")
  "Folders of code that is not the project's own, wherever that lies.")

(defvar *noting-inputs* nil
  "What NOTE-INPUTS notes now: files that are :OPENED, or only those that are :LOADED.")

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
  (let ((*noting-inputs* nil)
        (hash 0))
    (with-open-file (in (sb-ext:native-pathname name) :external-format :latin-1)
      (loop with buffer = (make-string (max 1 (min 65536 (file-length in))))
            for end = (read-sequence buffer in)
            until (zerop end)
            do (setf hash (logand most-positive-fixnum
                                  (+ (* 31 hash) (sxhash (subseq buffer 0 end)))))))
    hash))

;;; A file is made from its text, and from those of the files that the compiler reads because of it:
;;; a macro may include them. What code reads while it is loaded is data, unless it is loaded too.

(defvar *inputs* '()
  "The names and stamps that NOTE-INPUTS has noted, the last one first.")

(defun note-inputs (kind function)
  "Calls FUNCTION and returns the project's own files that it opened to read, if KIND is :OPENED, or
that it loaded, if KIND is :LOADED: each as its name and its stamp, (NAME . STAMP)."
  (let ((inputs (let ((*noting-inputs* kind) (*inputs* '()))
                  (funcall function)
                  *inputs*)))
    ;; What is around is made from them, too.
    (when *noting-inputs*
      (setf *inputs* (append inputs *inputs*)))
    (reverse inputs)))

(defun note-input (file)
  "Notes that FILE is about to be read."
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
                 (when (and (eq *noting-inputs* :opened) (eq direction :input))
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
          (note-inputs :loaded (lambda ()
                                 (note-input name)
                                 (setf values (multiple-value-list (funcall load))))))
    (values-list values)))
