;;;; Texts for a line of the log.

(in-package #:lisplaunch)

(check:deftest a-line-is-one-line
  (check:is string= "a b [31m c" (one-line (format nil "  a~% b~c~c[31m~%~%c " #\Tab #\Escape)))
  (check:is string= "abc…" (one-line "abcdefgh" 4)))
