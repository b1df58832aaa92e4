#!/bin/sh
# boot.sh NAME DIR [systemd-nspawn argument…]: boots DIR/disk.img as a container until standard input ends, then takes
# everything away again. Run it in a mount namespace of its own: whatever is mounted goes with it. It lives on standard
# input so that the machine cannot outlive the test, however that one ends.
set -eu
name=$1 dir=$2
shift 2
trap '' INT TERM HUP

# systemd wants the unified hierarchy; this namespace alone sees it.
umount -R /sys/fs/cgroup 2>/dev/null || umount -R -l /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
cgroup=/sys/fs/cgroup/$name
mkdir "$cgroup"

mkdir -p /run/systemd
mount -t tmpfs tmpfs /run/systemd
mkdir "$dir/root"
mount -o loop "$dir/disk.img" "$dir/root"
cp -a "$dir/seed/." "$dir/root/"
if [ -x "$dir/prepare" ]; then
  cp "$dir/prepare" "$dir/root/prepare"
  mount -t proc proc "$dir/root/proc"
  chroot "$dir/root" /prepare >"$dir/prepare.log" 2>&1 </dev/null || touch "$dir/unprepared"
  umount "$dir/root/proc"
  rm "$dir/root/prepare"
fi

for device in /dev/loop-control /dev/net/tun; do
  [ ! -e "$device" ] || set -- "--bind=$device" "$@"
done
# The kernel gives out loop devices by number, and has nodes only of those that somebody has used: here are enough of them.
mkdir "$dir/dev"
mount -t tmpfs tmpfs "$dir/dev"
for number in $(seq 0 31); do
  mknod -m 0660 "$dir/dev/loop$number" b 7 "$number"
  set -- "--bind=$dir/dev/loop$number:/dev/loop$number" "$@"
done

# Whoever started this is gone, or done.
exec 3<&0
{
  cat <&3 >/dev/null
  touch "$dir/stop"
  while :; do
    [ ! -e "$dir/nspawn.pid" ] || pkill -KILL -P "$(cat "$dir/nspawn.pid")" || true
    sleep 0.1
  done
} &
watcher=$!

while [ ! -e "$dir/unprepared" ] && [ ! -e "$dir/stop" ]; do
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$cgroup" \
    systemd-nspawn --quiet --register=no --keep-unit --directory="$dir/root" \
    --machine="$name" --capability=all --private-network --console=pipe "$@" >>"$dir/console" 2>&1 </dev/null &
  echo $! >"$dir/nspawn.pid.new"
  mv "$dir/nspawn.pid.new" "$dir/nspawn.pid"
  status=0
  wait $! || status=$?
  # 133 is a reboot. Anything else stays to be looked at until the test is over.
  [ "$status" -eq 133 ] || break
done
while [ ! -e "$dir/stop" ]; do sleep 0.1; done
kill -KILL "$watcher"

umount "$dir/root" "$dir/dev"
rm -rf "$dir"
# The kernel may still be burying the machine's last processes.
for _ in 1 2 3 4 5; do
  find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null && break
  sleep 0.2
done
