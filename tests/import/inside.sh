# Runs a command where the stand-ins are in the place of the real programs. What it leaves in the
# background would end with this, so that is given some time.
set -eu
mount --bind "$STAND_INS" /usr/local/bin
mount --bind "$STAND_INS/sbcl" /usr/bin/sbcl
"$@"
sleep "${LINGER:-0}"
