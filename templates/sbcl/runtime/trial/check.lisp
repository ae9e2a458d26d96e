;;;; What `check --load` does in a process of its own: it loads the code of a service as its start
;;;; does, and looks up in it what the forms of the project file name. It starts nothing.

(in-package #:lisplaunch)

(defvar *output-folder* nil
  "Where the compiled files of the project's own code go.")

(defun prepare-check (folder)
  "Begins, after PREPARE-TRIAL. All of the project's own code is compiled, into FOLDER, so that the
compiler speaks of all of it and a start finds the compiled files that it had."
  (setf *checking* t
        *output-folder* (sb-ext:native-pathname folder))
  (on-impossible-call (lambda (say)
                        (let ((*impossible-call* t))
                          (funcall say))))
  (on-form-at-top-level (lambda (bounds)
                          (and *tried-file*
                               `(setq *loading-form* '(,*tried-file* ,@bounds)))))
  (when (find-package "ASDF")
    (load-part "check-systems" (asdf-version))))

(defun output-name (source)
  "The native name of the compiled file of SOURCE, a native name."
  (sb-ext:native-namestring
   (merge-pathnames (format nil "~a-~36r.fasl" (pathname-name (sb-ext:native-pathname source))
                            (sxhash source))
                    *output-folder*)))

(defun begin-step (key index)
  "Reports that what is at INDEX below KEY in the project file comes next."
  (write-finding :step key index))

(defun check-before-load (index form)
  "Begins with the form at INDEX below `before-load`, which the file FORM holds. What is wrong with
it matters if its evaluation fails, which comes next."
  (begin-step "before-load" index)
  (check-forms (list form) nil))

(declaim (ftype function systems-exist-p))

(defun check-code (&key systems needed files package forms)
  "Loads SYSTEMS, a list of conses of a name and a function that loads it, and FILES, as the start
does. NEEDED are further systems that it loads. FORMS are files with a form each, which is read in
PACKAGE, unless that is NIL."
  (unless (or (null systems) (systems-exist-p (append (mapcar #'car systems) needed)))
    (leave-trial 1))
  (loop for (nil . load) in systems
        for index from 0
        do (begin-step "systems" index)
           (funcall load))
  (loop for file in files
        for index from 0
        do (begin-step "load" index)
           (compile-tried-file file (output-name file))
           (load (sb-ext:native-pathname file)))
  (report-undefined)
  (check-forms forms package)
  (write-finding :done)
  (leave-trial 0))
