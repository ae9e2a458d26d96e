;;;; Has what loads the runtime read by SBCL's interpreter where there is one: compiling it would
;;;; take longer than all that it does.

(in-package #:lisplaunch)

(defvar *usual-evaluator-mode* nil
  "The evaluator mode of the image, while these files have another.")

(setq *usual-evaluator-mode* sb-ext:*evaluator-mode*)
(when (find-package "SB-EVAL")
  (setq sb-ext:*evaluator-mode* :interpret))
