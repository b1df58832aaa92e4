#!/bin/sh
# Says whether the tenant is well, by its exit status. The host runs it once a minute without privileges and without a network,
# in the tenant's repository, which it can only read; inside of the VM it says whether systemd is content.
set -eu

if [ -d /run/systemd/system ] && command -v systemctl >/dev/null; then
  state=$(systemctl is-system-running || true)
  case $state in
    running | starting) ;;
    *) echo "health-check: the system is $state" >&2; exit 1 ;;
  esac
elif [ ! -r metadata.json ]; then
  echo 'health-check: the repository has no metadata.json' >&2
  exit 1
fi
