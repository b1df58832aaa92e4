#!/bin/sh
# disks.sh DIR [OPTION...]: installs DIR/bitbuilder.deb into DIR/root.img, copies DIR/seed over it, and moves its /var to a
# disk of its own, DIR/var.img, made with these options of mkfs.ext4(8). Run it in a mount namespace of its own: whatever is
# mounted goes with it.
set -eu
dir=$1
shift
root=$dir/root

mkdir "$root"
mount -o loop "$dir/root.img" "$root"
mount -t proc proc "$root/proc"

cp "$dir/bitbuilder.deb" "$root/bitbuilder.deb"
chroot "$root" dpkg --install /bitbuilder.deb
rm "$root/bitbuilder.deb"

cp -a "$dir/seed/." "$root/"
chroot "$root" sh -eux /prepare
rm "$root/prepare"

umount "$root/proc"
mkfs.ext4 -q "$@" -L var -d "$root/var" "$dir/var.img" 1G
find "$root/var" -mindepth 1 -delete
umount "$root"
