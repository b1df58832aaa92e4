#!/bin/sh
# home-provision.sh: creates the user of config/user-record.json with the home directory of home-skeleton, by systemd-homed.
# Runs as root inside of the tenant's machine, in the instantiated template. Password: the credential or variable NEWPASSWORD,
# or homectl(1) asks. A user that is there already is left alone.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
record=$here/config/user-record.json
user=$(sed -n 's/.*"userName": *"\([^"]*\)".*/\1/p' "$record")

# systemd-homed reads an INI file, homed.conf(5), and takes these two of its settings from here.
mkdir -p /etc/systemd/homed.conf.d
{
  echo '[Home]'
  sed -n 's/.*"\(DefaultStorage\|DefaultFileSystemType\)": *"\([a-z0-9]*\)".*/\1=\2/p' "$here/config/homed-config.json"
} >/etc/systemd/homed.conf.d/50-tenant.conf

if homectl inspect "$user" >/dev/null 2>&1; then
  echo "home-provision: $user is there already"
  exit 0
fi

skeleton=$(mktemp -d)
trap 'rm -rf "$skeleton"' EXIT
cp -R "$here/home-skeleton/." "$skeleton"
keys=$skeleton/.ssh/authorized_keys
mv "$keys.template" "$keys"
chmod 0700 "$skeleton" "$skeleton/.ssh"
chmod 0600 "$keys"
set -- --identity="$record" --skel="$skeleton"
if grep -q '^[^#]' "$keys"; then
  set -- "$@" --ssh-authorized-keys="@$keys"
fi
homectl create "$@" "$user"
