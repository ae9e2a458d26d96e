#!/bin/sh
# Stands in for sbcl and for the programs that people start it with, by its name. What starts a Lisp
# writes its words down, and what is on standard input where it has none of its own; the others go on
# to the program that they are asked to start.
name=${0##*/}
case $name in
sbcl | ros | clackup)
    record=$(mktemp @RECORDS@/.XXXXXX)
    {
        printf '%s\0' "$name" "$@"
        case " $* " in
        *' --eval '* | *' --load '* | *' --script '*) ;;
        *) [ "$name" != sbcl ] || { printf '%s\0' --eval && cat && printf '\0'; } ;;
        esac
    } >"$record"
    mv "$record" "@RECORDS@/$(date +%s%N)"
    exit
    ;;
qlot) [ "$1" = exec ] || exit 0 && shift ;;
sudo | chpst | rlwrap | tini | screen)
    while :; do
        case $1 in
        -u | -dmS) shift 2 ;;
        -*) shift ;;
        *) break ;;
        esac
    done
    ;;
su) shift 3 && exec sh -c "$1" ;;
*) exit 0 ;;
esac
exec "$@"
