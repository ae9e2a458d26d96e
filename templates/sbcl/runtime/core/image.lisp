;;;; Which service this is, and how far it has come.

(in-package #:lisplaunch)

(defvar *version* 1
  "The version of what clients may ask of the runtime.")

(defvar *identity* nil
  "A property list, once BOOT has run: :PROJECT, :SERVICE (NIL where the project is one service),
:PROFILES, :FILE as given and :TRUENAME as resolved.")

(defvar *phase* nil
  "How far the service has come: :LOADING, :STARTING, :READY or :STOPPING.")

(defun enter (phase)
  "Records that the service has come to PHASE."
  (setf *phase* phase))
