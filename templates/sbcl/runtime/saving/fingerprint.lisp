;;;; What a file held, in a number: the FNV-1a hash of its octets, of 64 bits. The program that
;;;; starts services computes the same.

(in-package #:lisplaunch)

(deftype octets () '(simple-array (unsigned-byte 8) (*)))

(deftype fingerprint () '(unsigned-byte 64))

(defconstant +no-octets+ #xcbf29ce484222325
  "The fingerprint of an empty file.")

(defun fingerprint-on (fingerprint octets end)
  "FINGERPRINT, gone on with OCTETS up to END."
  (declare (type fingerprint fingerprint) (type octets octets) (type (mod 65537) end)
           (optimize speed) (sb-ext:muffle-conditions sb-ext:compiler-note))
  (dotimes (at end fingerprint)
    (setf fingerprint (ldb (byte 64 0) (* (logxor fingerprint (aref octets at)) #x100000001b3)))))

(defun file-fingerprint (file)
  "That of FILE, a native name; NIL where it cannot be read."
  (ignore-errors
   (with-open-file (in (sb-ext:native-pathname file) :element-type '(unsigned-byte 8))
     (loop with buffer = (make-array 65536 :element-type '(unsigned-byte 8))
           with fingerprint = +no-octets+
           for end = (read-sequence buffer in)
           until (zerop end)
           do (setf fingerprint (fingerprint-on fingerprint buffer end))
           finally (return fingerprint)))))
