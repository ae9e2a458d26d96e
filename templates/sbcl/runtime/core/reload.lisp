;;;; Loading changed code into a running service.

(in-package #:lisplaunch)

(defvar *reloading* nil
  "Whether LOAD-CHANGED is at work.")

(defvar *compiled-now* '()
  "The native names of the files that LOAD-CHANGED has compiled, the last one first.")

(defvar *loaded-now* '()
  "The native names of the files that LOAD-CHANGED has loaded, the last one first.")

(defvar *unremembered* '()
  "The native names of the project's own files of which LOAD-CHANGED does not know what was loaded
from them: by the time stamps they are the same.")

(defvar *load-again* nil
  "Whether all of the project's own files are to be loaded, changed or not.")

(defun changed-files (files)
  "Those of FILES, native names of files that are loaded one after the other, that differ from what
was loaded from them, and all that come after them."
  (member-if (lambda (file)
               (let ((name (own-source-name (sb-ext:native-pathname file))))
                 (or (null name) (file-changed-p name))))
             files))

(defun prepare-reload (&key folders files)
  "Lets the image remember from now on what it loads, if it does not yet. What lies below FOLDERS is
the project's own. Returns a property list, printed: the :CHANGED ones of FILES, and whether the
client has to send what compares systems, :INCOMPLETE."
  (mapc #'add-own-folder folders)
  (watch-sources)
  (printed :changed (changed-files files)
           :incomplete (and (find-package "ASDF") (not (fboundp 'load-changed-definitions)))))

(defun printed (&rest properties)
  (with-standard-io-syntax
    (let ((*print-readably* nil))
      (prin1-to-string properties))))

(defun load-changed (load-systems &key files again)
  "Loads what differs from what is loaded, or all of the project's own code where AGAIN is true.
LOAD-SYSTEMS is a function that loads systems as the start does; FILES come after them. Returns a
property list, printed, of native names: :LOADED, :COMPILED, and :UNREMEMBERED, the files that were
compared by time stamps alone."
  (let ((*reloading* t)
        (*load-again* again)
        (*compiled-now* '())
        (*loaded-now* '())
        (*unremembered* '()))
    ;; Redefining is what a reload is for.
    (handler-bind ((sb-kernel:redefinition-warning #'muffle-warning))
      (when (fboundp 'load-changed-definitions)
        (funcall 'load-changed-definitions))
      (funcall load-systems)
      ;; A file may depend on all that is loaded before it.
      (dolist (file (if (or again (some #'own-name-p *loaded-now*)) files (changed-files files)))
        (load (sb-ext:native-pathname file))
        (push file *loaded-now*)))
    (printed :loaded (reverse *loaded-now*)
             :compiled (reverse *compiled-now*)
             :unremembered (reverse *unremembered*))))

(declaim (ftype function changed-components))

(defun changed-sources ()
  "Which of the project's own files differ from what the image has loaded from them, :CHANGED, and
whether it remembers that from its start on, :REMEMBERS: a property list, printed."
  (printed :remembers (if *identity* 1 0)
           :changed (append (loop for name being the hash-keys of *loaded-files*
                                  when (file-changed-p name)
                                    collect name)
                            (and (fboundp 'changed-components) (changed-components)))))
