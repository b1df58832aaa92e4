#!/bin/sh
# reach.sh: for each line FROM TO [OPTION...] of standard input, whether TO answers a ping from the namespace FROM; all at once,
# since most of it is waiting. Prints FROM TO yes or no, in the order in which they end.
while read -r from to options; do
  (
    answer=no
    # shellcheck disable=SC2086 # words
    ip netns exec "$from" ping -n -q -c 3 -i 0.5 -W 2 $options "$to" >/dev/null 2>&1 && answer=yes
    echo "$from $to $answer"
  ) &
done
wait
