;;;; When ASDF did what. It forgets that of a system when it reads the definition again, for which it
;;;; is enough to look for another system in the same file: swank's `swank-asdf` does so when SLIME
;;;; connects. The code is loaded all the same.

(in-package #:lisplaunch)

(defvar *times* (make-hash-table :test 'equal :synchronized t)
  "When ASDF did an operation on a component, by the operation and the path of the component.")

(defmethod (setf asdf::component-operation-time) :after
    (time (operation asdf:operation) (component asdf:component))
  (setf (gethash (cons operation (asdf:component-find-path component)) *times*) time))

(defun recall-times ()
  "Has ASDF know again what it has forgotten."
  (flet ((recall (action time)
           (destructuring-bind (operation name . path) action
             (let ((component (reduce (lambda (parent name)
                                        (and parent (asdf:find-component parent name)))
                                      path :initial-value (asdf:registered-system name))))
               (when (and component (not (asdf::component-operation-time operation component)))
                 (setf (asdf::component-operation-time operation component) time))))))
    (loop for action being each hash-key of *times* using (hash-value time)
          collect (list action time) into known
          finally (loop for (action time) in known
                        do (recall action time)))))

(defun loaded-system-names ()
  "The names of the systems that are loaded, those too of which ASDF has forgotten it."
  (union (loop for (operation name . path) being each hash-key of *times*
               when (and (typep operation 'asdf:load-op) (null path) (asdf:registered-system name))
                 collect name)
         (asdf:already-loaded-systems)
         :test #'string=))
