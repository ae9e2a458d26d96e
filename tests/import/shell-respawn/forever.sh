#!/bin/bash
# keeps the bot alive
cd /srv/app || exit 1
while true; do
  sbcl --non-interactive --eval '(ql:quickload :irc-bot)' --eval '(irc-bot:run)'
  echo "it died, again in 5 seconds"
  sleep 5
done
