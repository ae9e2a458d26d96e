;;;; ASDF compares times; for the project's own files that is not enough. Whether one of them has
;;;; to be compiled, or loaded, depends on texts: its own, those of the files that it is compiled
;;;; with, and those of the systems' definitions.

(in-package #:lisplaunch)

(defun definition-file (component)
  "The file that defines the system of COMPONENT. What ASDF infers from packages has none of its
own."
  (let ((system (asdf:component-system component)))
    (or (asdf:system-source-file system)
        (let ((primary (asdf:registered-system (asdf:primary-system-name system))))
          (and primary (asdf:system-source-file primary))))))

(defun own-p (component)
  "Whether COMPONENT is the project's own."
  (let ((file (definition-file component)))
    (and file (own-source-name file) t)))

(defun source-name (component)
  (sb-ext:native-namestring (asdf:component-pathname component)))

(defun digest (numbers)
  (sxhash (format nil "~{~d~^ ~}" numbers)))

(defun action-key (operation component plan)
  "A number that stands for all that OPERATION on COMPONENT of the project's own is made from; NIL
where some of it is not known, because it is yet to be compiled."
  (let ((keys (session-table 'keys))
        (action (cons operation component)))
    (or (gethash action keys)
        (let ((key (compute-key operation component plan)))
          (when key
            (setf (gethash action keys) key))))))

(defun compute-key (operation component plan)
  (if (own-p component)
      (let ((parts (list (text-key operation component))))
        (map-dependencies (lambda (operation component)
                            (push (action-key operation component plan) parts))
                          operation component)
        (and (notany #'null parts) (digest parts)))
      ;; Of libraries it is enough to know whether they are the same.
      (let ((time (action-time plan operation component)))
        (and time (if (integerp time) time 0)))))

(defun text-key (operation component)
  "What OPERATION itself reads."
  (cond ((and (typep operation 'asdf:compile-op) (typep component 'asdf:cl-source-file))
         (inputs-key (getf (record component) :inputs)))
        ((and (typep operation 'asdf:prepare-op) (typep component 'asdf:system))
         (let ((name (sb-ext:native-namestring (definition-file component))))
           (inputs-key (list (cons name (stamp name (definition-stamp name)))))))
        (t 0)))

(defun inputs-key (inputs)
  "A number that stands for the texts of INPUTS, which were read."
  (let ((hashes (mapcar #'second inputs)))
    (and hashes (notany #'null hashes) (digest hashes))))

(defun definition-stamp (name)
  "The stamp of the definition of systems NAME when it was loaded."
  (cdr (assoc name (gethash name *loaded-files*) :test #'string=)))

;;; Compiling.

(defun compiled-from-present-texts-p (operation component plan)
  (let ((record (record component))
        (key (action-key operation component plan)))
    (and record
         (or (getf record :assumed)
             (and key (eql key (getf record :key)))))))

(defmethod asdf::compute-action-stamp :around
    (plan (operation asdf:compile-op) (component asdf:cl-source-file) &key just-done)
  (multiple-value-bind (time done-p) (call-next-method)
    (if (and time
             (not just-done)
             (own-p component)
             (not (compiled-from-present-texts-p operation component plan)))
        (values nil nil)
        (values time done-p))))

(defvar *around-compilation* nil
  "A function that is called with each component that ASDF compiles, and with the function that
compiles it; or NIL.")

(defvar *output-file* nil
  "The file that ASDF compiles to now.")

(defun delete-unless-replaced (delete file)
  "Does not delete what is about to be replaced: services that start together load what they find
there."
  (unless (equal file *output-file*)
    (funcall delete file)))

(encapsulate 'uiop:delete-file-if-exists 'delete-unless-replaced)

(defmethod asdf:perform :around ((operation asdf:compile-op) (component asdf:cl-source-file))
  (flet ((compile-it (&aux (*output-file* (first (asdf:output-files operation component))))
           (if *around-compilation*
               (funcall *around-compilation* component (lambda () (call-next-method)))
               (call-next-method))))
    (if (own-p component)
        (remember-compilation operation component #'compile-it)
        (compile-it))
    (when *reloading*
      (push (source-name component) *compiled-now*))))

(defun remember-compilation (operation component compile)
  (let* ((source (source-name component))
         (compiled (compiled-name component))
         (stamp (stamp source))
         (inputs (note-inputs :opened compile))
         (record (list :inputs (acons source stamp (remove source inputs :key #'car :test #'string=))
                       :compiled (stamp compiled))))
    (in-session (lambda ()
                  (remhash (cons operation component) (session-table 'keys))
                  (setf (gethash component (session-table 'records)) record)
                  (write-record compiled
                                (list* :key (action-key operation component nil) record))))))

;;; Loading.

(defvar *loaded-components* (make-hash-table :test 'equal :synchronized t)
  "For each of the project's own files that ASDF has loaded, by the path of its component, the key
of its compilation and the inputs of that and of its loading; NIL if that failed.")

(defun loaded-from-present-texts-p (component plan)
  (let ((loaded (gethash (asdf:component-find-path component) *loaded-components*)))
    (and loaded
         (destructuring-bind (key . inputs) loaded
           (and (eql key (action-key (asdf:make-operation 'asdf:compile-op) component plan))
                (notany #'input-changed-p inputs))))))

(defmethod asdf::compute-action-stamp :around
    (plan (operation asdf:load-op) (component asdf:cl-source-file) &key just-done)
  (multiple-value-bind (time done-p) (call-next-method)
    (cond ((or (null time) just-done)
           (values time done-p))
          ((not (own-p component))
           (let ((loaded (loaded-as-compiled-p component)))
             (unless loaded
               (setf (gethash component (session-table 'replaced)) t))
             (values time (and done-p loaded))))
          (*load-again*
           (values time (find (source-name component) *loaded-now* :test #'string=)))
          ((nth-value 1 (gethash (asdf:component-find-path component) *loaded-components*))
           ;; It depends on what is yet to be loaded, perhaps on a library that was replaced.
           (unless (or done-p (zerop (hash-table-count (session-table 'replaced))))
             (setf (gethash (asdf:component-find-path component) *loaded-components*) nil))
           (values time (loaded-from-present-texts-p component plan)))
          (t
           (when (and done-p *reloading*)
             (pushnew (source-name component) *unremembered* :test #'string=))
           (values time done-p)))))

(defun changed-components ()
  "The names of the project's own files that differ from what ASDF has loaded from them."
  (let ((changed '()))
    (flet ((note-changed (path loaded)
             (declare (ignore path))
             (dolist (input (rest loaded))
               (when (input-changed-p input)
                 (pushnew (first input) changed :test #'string=)))))
      (maphash #'note-changed *loaded-components*))
    (sort changed #'string<)))

(defmethod asdf:perform :around ((operation asdf:load-op) (component asdf:cl-source-file))
  (flet ((load-it () (call-next-method)))
    (if (own-p component)
        (remember-loading component #'load-it)
        (remember-library component #'load-it))
    (when *reloading*
      (push (source-name component) *loaded-now*))))

(defun remember-loading (component load)
  (let ((path (asdf:component-find-path component)))
    (setf (gethash path *loaded-components*) nil)
    (let ((inputs (note-inputs :loaded load)))
      (in-session (lambda ()
                    (setf (gethash path *loaded-components*)
                          (list* (action-key (asdf:make-operation 'asdf:compile-op) component nil)
                                 (append (getf (record component) :inputs) inputs))))))))

;;; The files of libraries are too many to read. ASDF takes a compiled file for the one that it has
;;; loaded if both were written within the same second, as when a library is changed just after the
;;; start; whether it was replaced, the file system knows.

(defvar *loaded-libraries* (make-hash-table :test 'equal :synchronized t)
  "For each file of a library that ASDF has loaded, by the path of its component, what FILE-STAT said
of the compiled file just before; NIL if loading failed.")

(defun forget-libraries ()
  "Leaves it to ASDF to compare times: where a saved core starts, the same files are others to the
file system."
  (clrhash *loaded-libraries*))

(pushnew 'forget-libraries sb-ext:*save-hooks*)

(defun compiled-stat (component)
  "What FILE-STAT says of the compiled file of COMPONENT, which need not have one. It is the same
file after its owner or permissions have changed."
  (let ((file (first (asdf:output-files 'asdf:compile-op component))))
    (and file (butlast (file-stat (sb-ext:native-namestring file))))))

(defun remember-library (component load)
  (let ((path (asdf:component-find-path component))
        (stat (compiled-stat component)))
    (setf (gethash path *loaded-libraries*) nil)
    (funcall load)
    (setf (gethash path *loaded-libraries*) stat)))

(defun loaded-as-compiled-p (component)
  "Whether the compiled file of COMPONENT, a library's, is the one that was loaded, as far as that is
known."
  (multiple-value-bind (stat found)
      (gethash (asdf:component-find-path component) *loaded-libraries*)
    (or (not found)
        (equal stat (compiled-stat component)))))

;;; Definitions of systems.

(defun load-changed-definitions ()
  "Loads the definitions of the project's own systems that differ from those that were loaded. ASDF
does that by itself where they are newer."
  (recall-times)
  (let ((files (loop for name in (asdf:registered-systems)
                     for file = (asdf:system-source-file (asdf:registered-system name))
                     when (and file (own-source-name file)) collect (own-source-name file))))
    (dolist (file (remove-duplicates files :test #'string=))
      (when (and (gethash file *loaded-files*)
                 (file-changed-p file)
                 (file-stat file))
        (asdf:load-asd (sb-ext:native-pathname file))))))
