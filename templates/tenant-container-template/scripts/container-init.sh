#!/bin/sh
# Runs as root inside of the container when it is up. In a tenant's repository it is scripts/container-init.sh, and runs
# once for each version of itself; by hand container-init.service runs what is handed in as the credential container.init.
set -eu

mkdir -p /srv/tenant
chmod 0755 /srv/tenant
echo "container-init: $(cat /etc/hostname 2>/dev/null || uname -n) is prepared"
