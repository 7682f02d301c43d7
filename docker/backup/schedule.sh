#!/bin/sh
# The schedule of the service `backup`, UTC: a dump every day at 04:00, the checker every hour at :20, two made-up
# players every 5 minutes. A job that fails is told in the log; the next one runs all the same.
set -eu

# Names of the jobs that are due at a minute: "HH MM".
due() {
    hour=${1% *} minute=${1#* }
    case "$minute" in ?0 | ?5) echo smoke ;; esac
    [ "$minute" != 20 ] || echo verify
    [ "$hour $minute" != "04 00" ] || echo dump
}

run() {
    echo "{\"job\":\"$1\",\"state\":\"begins\"}"
    code=0
    job.sh "$1" || code=$?
    echo "{\"job\":\"$1\",\"state\":\"ended\",\"code\":$code}"
}

# What would run at a minute, for who changes this file: schedule.sh --due "04 00"
if [ "${1:-}" = --due ]; then
    due "$2"
    exit
fi

trap 'exit 0' TERM INT
while true; do
    # Each beside the others: a long one must not make the next minute late.
    for job in $(due "$(date -u '+%H %M')"); do
        run "$job" &
    done
    # To the beginning of the next minute, wherever this one ended. A leading zero would mean octal.
    second=$(date -u +%S)
    sleep $((60 - ${second#0})) &
    wait $!
done
