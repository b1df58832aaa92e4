#!/bin/sh
# left.sh PATTERN: everything that names a tenant and is not its data, its units or the journal of its last run.
{
  ip -json -details link | jq -r '.[] | .ifname, .altnames[]?'
  ip -json route show table all | jq -r '.[].dev'
  ip netns list | grep '^tenant-'
  ls /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf
  nft list ruleset
  find /run /sys/fs/cgroup -not -path '/run/systemd/generator*' -not -path '/run/systemd/units/*'
  cat /proc/self/mountinfo
} 2>&1 | grep -e "$1"
exit 0
