;;;; Texts for a line of the log.

(in-package #:lisplaunch)

(check:deftest a-missing-library-has-a-package
  (flet ((hint-of (message)
           (hint (make-condition 'simple-error :format-control message) '())))
    (loop for (file package) in '(("libev.so.4" "libev4")
                                  ("libsqlite3.so.0" "libsqlite3-0")
                                  ("libssl.so.3" "libssl3")
                                  ("libcrypto.so.1.1" "libssl1.1"))
          do (check:is string= (format nil "`apt-get install ~a` installs ~a on Debian" package file)
                       (hint-of (format nil "Error opening shared object \"~a\": ~:*~a: cannot open ~
                                             shared object file: No such file or directory." file))))
    (check:is string= "install the package that holds libpack.so"
              (hint-of "Error opening \"/srv/libpack.so\": cannot open shared object file"))
    ;; As CFFI says it where it has tried several.
    (check:is string= "`apt-get install libssl3` installs libssl.so.3 on Debian"
              (hint-of (format nil "Unable to load any of the alternatives:~%   (\"libssl.so\" ~
                                    \"libssl.so.3\") cannot open shared object file")))
    (check:is eq nil (hint-of "no luck"))))

(check:deftest a-line-is-one-line
  (check:is string= "a b [31m c" (one-line (format nil "  a~% b~c~c[31m~%~%c " #\Tab #\Escape)))
  (check:is string= "abc…" (one-line "abcdefgh" 4)))
