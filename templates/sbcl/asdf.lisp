(require :asdf)
