;;;; The start from a saved image: it is compared with what it was made from, and where that has
;;;; changed this process becomes one that loads it from the sources.

(in-package #:lisplaunch)

(defun loading-words (recipe)
  "What RECIPE says of loading, without what it says of saved images."
  (list (getf recipe :sbcl) (getf recipe :load)))

(defun staleness (recipe)
  "Why the image is not what its sources are now, for a person; NIL if it is."
  (if (and recipe (not (equal (loading-words recipe) (loading-words *recipe*))))
      "the project file asks for other code"
      (let ((changed (find-if-not #'input-same-p *inputs-of-core*)))
        (and changed (format nil "~a has changed" (first changed))))))

(defun start-words ()
  "The words of the command line from the one after the call of RESUME on."
  (let ((words (member "(lisplaunch:resume)" (toplevel-words) :test #'string=)))
    (unless words (error "the command line has no (lisplaunch:resume) of its own"))
    (rest words)))

(defun become-source (recipe)
  "Replaces this process by one that loads the service as RECIPE says, and starts it as this one
would."
  (destructuring-bind (&key sbcl load &allow-other-keys) recipe
    (let* ((start (start-words))
           (arguments (member "--end-toplevel-options" start :test #'string=))
           (end (and arguments '("--end-runtime-options"))))
      (replace-process (loop for word in sbcl
                             collect word
                             when (string= word "--noinform") append end)
                       (append load start)))))

(defun put-back-p ()
  "Whether this image was put in the place of a newer one. A file beside it says of which size and
time it is."
  (let ((core (sb-ext:native-namestring sb-ext:*core-pathname*)))
    (with-open-file (in (sb-ext:native-pathname (concatenate 'string core ".back"))
                        :if-does-not-exist nil)
      (and in
           (with-usual-syntax
             (let ((*read-eval* nil))
               (equal (ignore-errors (read in))
                      (multiple-value-list (size-and-time core)))))))))

(defun check-fresh ()
  "Does what the project file says where the image is stale."
  (let* ((recipe (read-recipe))
         (why (staleness recipe)))
    (when why
      (ecase (getf (or recipe *recipe*) :stale)
        (:source
         (log-line "~a: the saved image is stale: ~a; loading the sources. `lisplaunch build` ~
                    rebuilds it" (service-name) why)
         (become-source (or recipe *recipe*)))
        (:use
         (log-line "~a: the saved image is stale and used anyway: ~a" (service-name) why))
        (:refuse
         (log-line "~a did not start: the saved image is stale: ~a. `lisplaunch build` rebuilds it"
                   (service-name) why)
         (end-process 1))))))

(defun resume ()
  "Begins the start of the service that this image was saved from."
  (unless *identity* (error "this image was not saved by `lisplaunch build`"))
  (setf *folder* (folder-of sb-ext:*core-pathname*)
        *recipe-file* (recipe-file))
  (if (put-back-p)
      (log-line "~a: the saved image before was put back and is used, whatever its sources are"
                (service-name))
      (check-fresh))
  (begin-restored-process))
