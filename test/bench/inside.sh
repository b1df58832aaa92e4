#!/bin/sh
# inside.sh ROOT PROJECT NODE DISK ARGUMENT…: runs node in ROOT, in a mount namespace of its own, the project at its place. What all
# contenders read lies in the directory DISK, or where that is empty on a tmpfs; what they write always on a tmpfs, as at boot.
set -eu
root=$1 project=$2 node=$3 disk=$4
shift 4

mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mkdir -p "$root/etc/containers/systemd"
for place in var/lib etc/containers/systemd; do
  if [ -n "$disk" ]; then
    mkdir -p "$disk/$place"
    mount --bind "$disk/$place" "$root/$place"
  else
    mount -t tmpfs tmpfs "$root/$place"
  fi
done

mkdir -p "$root$project"
mount --bind "$project" "$root$project"
touch "$root/usr/local/bin/node"
mount --bind "$node" "$root/usr/local/bin/node"
exec chroot "$root" /usr/local/bin/node "$@"
