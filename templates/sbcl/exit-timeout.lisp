;; How long SBCL waits for its threads before it leaves all the same: 60 seconds unless told.
(setf sb-ext:*exit-timeout* {{ stop_timeout }})
