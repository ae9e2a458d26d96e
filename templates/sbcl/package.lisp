(in-package {{ package }})
