#!/bin/sh
# Runs as root inside of the infrastructure VM when it is up, once for each version of this file.
set -eu

mkdir -p /var/lib/infra
chmod 0750 /var/lib/infra
echo "provision: $(uname -n) is prepared"
