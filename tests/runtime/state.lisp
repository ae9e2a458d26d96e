;;;; Identity, phases and the state file.

(in-package #:lisplaunch)

(defun mode (file)
  "The permission bits of FILE."
  (logand #o777 (nth-value 3 (sb-unix:unix-stat file))))

(check:deftest its-name-is-the-file-with-what-was-chosen-of-it
  (flet ((name (&rest identity) (apply #'state-name :project "shop" identity)))
    (check:is string= "%srv%shop%lisplaunch.yaml" (name :file "/srv/shop/lisplaunch.yaml"))
    (check:is string= "%srv%l.yaml+production+big@web"
              (name :file "/srv/l.yaml" :profiles '("production" "big") :service "web"))))

(check:deftest a-process-is-known-by-its-start
  (check:is = 195348
            (start-time (format nil "15804 (s) b(c)l) S 1 ~{~d~^ ~} 195348 1 2" (loop repeat 17 collect 0))))
  (check:is eql t (plusp (own-start-time))))

(check:deftest nothing-is-written-before-it-is-known-who-this-is
  (check:is eql nil *state-file*)
  (check:is equal '(nil nil) (list (getf (image) :project) (getf (image) :phase))))

(boot "shop" :service "web" :profiles '("production") :file "/srv/größe/lisplaunch.yaml")

(check:deftest it-says-who-this-is
  (let ((state (read-state)))
    (check:is equal 1 (getf state :version))
    (check:is equal (sb-unix:unix-getpid) (getf state :pid))
    (check:is equal (own-start-time) (getf state :started))
    (check:is equal :loading (getf state :phase))
    (check:is equal "shop" (getf state :project))
    (check:is equal "web" (getf state :service))
    (check:is equal '("production") (getf state :profiles))
    (check:is equal "/srv/größe/lisplaunch.yaml" (getf state :file))
    (check:is eql t (<= 0 (- (sb-ext:get-time-of-day) (getf state :since)) 60))
    (check:is equal (image) (cddr state))))

(check:deftest only-its-user-can-read-it
  (check:is = #o600 (mode *state-file*))
  (check:is = #o700 (mode (sb-ext:native-namestring
                           (merge-pathnames "lisplaunch/services/" (state-folder))))))

(check:deftest a-second-process-leaves-it-to-the-first-until-it-is-ready
  (flet ((write-other (&rest state)
           (write-private-file (let ((*package* (find-package '#:keyword)))
                                 (prin1-to-string state))
                               *state-file*)))
    (let ((*phase* :loading)
          (started (start-time-of 1)))
      (write-other :pid 1 :started started :phase :ready)
      (write-state)
      (check:is = 1 (getf (read-state) :pid))
      (dolist (other (list (list :pid 1 :started (1+ started) :phase :ready)
                           (list :pid 1 :started started :phase :stopping)
                           (list :phase :ready)
                           (list "not" :a "list" "of" 'keys)))
        (apply #'write-other other)
        (write-state)
        (check:is = (sb-unix:unix-getpid) (getf (read-state) :pid)))
      (write-other :pid 1 :started started :phase :ready)
      (setf *phase* :ready)
      (write-state)
      (check:is = (sb-unix:unix-getpid) (getf (read-state) :pid)))))

(check:deftest it-follows-the-phases-and-never-goes-back
  (starting)
  (check:is eq :starting (getf (read-state) :phase))
  (note "waits")
  (check:is equal "waits" (getf (read-state) :note))
  (enter :stopping)
  (check:is equal '(:stopping nil) (list (getf (read-state) :phase) (getf (read-state) :note)))
  (enter :ready)
  (check:is eq :stopping *phase*))

(check:deftest it-leaves-nothing-beside-the-file
  (check:is = 1 (length (directory (merge-pathnames "lisplaunch/services/*.*" (state-folder))))))

(check:deftest a-name-too-long-for-a-file-means-none
  (let ((*identity* (list :file (make-string 128 :initial-element #\ß)))
        (*state-file* nil))
    (choose-state-file)
    (check:is eql nil *state-file*)))

(check:deftest a-state-that-cannot-be-written-is-given-up
  (let ((*state-file* "/proc/nothing/here"))
    (write-state)
    (check:is eql nil *state-file*)))
