/**
 * Guests that start in seconds: a VM whose whole system is an initrd, and a container of one program. Both are a busybox
 * and a script of sh; what the script prints is in the journal of the machine's service. To be run in the test machine,
 * or in its root before the first boot.
 */

/** The kernel of the test machine, which its guests run too. */
export const KERNEL = '/boot/vmlinuz-*'

/** Modules in the order in which they go in: a network interface, and the power button with something to read it by. */
const MODULES = [
  'net/core/failover',
  'drivers/net/net_failover',
  'drivers/net/virtio_net',
  'drivers/acpi/button',
  'drivers/input/evdev',
]

const nameOf = (module: string): string => module.slice(module.lastIndexOf('/') + 1)

/**
 * `dhcp INTERFACE` takes an address and prints `GUEST address A gateway G`. `reaches ADDRESS` prints `GUEST reaches A` or
 * `GUEST misses A`.
 */
const FUNCTIONS = String.raw`
dhcp() {
  printf '%s\n' '#!/bin/sh' '[ "$1" = bound ] || exit 0' 'ip addr add "$ip/$mask" dev "$interface"' \
    'ip route add default via "$router"' 'echo "GUEST address $ip gateway $router"' >/tmp/leased
  chmod 755 /tmp/leased
  ip link set lo up
  ip link set "$1" up
  udhcpc -i "$1" -n -q -t 20 -T 1 -s /tmp/leased
}
reaches() {
  if ping -c 1 -W 2 "$1" >/dev/null 2>&1; then echo "GUEST reaches $1"; else echo "GUEST misses $1"; fi
}`

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

const write = (path: string, text: string): string => `printf '%s\\n' ${quoted(text)} >${path}; chmod 755 ${path}`

/**
 * Credentials of a VM stand in its firmware's tables: `credential NAME` prints one. The root file system that it was given
 * is at /tree. The power button powers it off, and `GUEST power button` is printed.
 */
const VM_START = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t devtmpfs dev /dev
exec >/dev/hvc0 2>&1 </dev/hvc0
/bin/busybox --install -s /bin
export PATH=/bin
echo "GUEST starts"
for module in ${MODULES.map(nameOf).join(' ')}; do insmod /modules/$module.ko; done
mount -t virtiofs root /tree
button=$(grep -l "Power Button" /sys/class/input/event*/device/name | cut -d/ -f5)
(dd if="/dev/input/$button" of=/dev/null bs=24 count=1 2>/dev/null && echo "GUEST power button" && poweroff -f) &
credential() { strings /sys/firmware/dmi/tables/DMI | sed -n "s/^io.systemd.credential.binary:$1=//p" | base64 -d; }
${FUNCTIONS}
`

/** Powered off or not, PID 1 must not end. */
const FOREVER = 'while :; do sleep 1000; done'

/** Makes an initrd at `file`, some 1 MB, whose `script` runs once the devices are there. It boots in 3 s, emulated. */
export const initrdScript = (file: string, script: string): string => `
initrd=$(mktemp -d)
mkdir -p "$initrd/bin" "$initrd/modules" "$initrd/proc" "$initrd/sys" "$initrd/dev" "$initrd/tree" "$initrd/tmp"
cp /bin/busybox "$initrd/bin/busybox"
for module in ${MODULES.join(' ')}; do
  busybox xzcat /usr/lib/modules/*/kernel/$module.ko.xz >"$initrd/modules/\${module##*/}.ko"
done
${write('"$initrd/init"', `${VM_START}${script}\n${FOREVER}`)}
mkdir -p "$(dirname ${file})"
(cd "$initrd" && find . | cpio -o -H newc --quiet | gzip -1) >${file}
rm -r "$initrd"`

/** systemd-nspawn(1) asks the first process of a container to power off with SIGRTMIN+3. */
const CONTAINER_START = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
trap 'echo "GUEST asked to power off"; exit 0' 37
echo "GUEST starts"
${FUNCTIONS}
`

/** Makes a container's tree at `tree`, 2 MB, whose `script` runs as its PID 1. Its interface is host0. */
export const containerScript = (tree: string, script: string): string => `
mkdir -p ${tree}/bin ${tree}/sbin ${tree}/etc ${tree}/usr/lib ${tree}/proc ${tree}/sys ${tree}/dev ${tree}/run ${tree}/tmp ${tree}/var
cp /bin/busybox ${tree}/bin/busybox
echo ID=tiny >${tree}/usr/lib/os-release
ln -sfn ../usr/lib/os-release ${tree}/etc/os-release
${write(`${tree}/sbin/init`, `${CONTAINER_START}${script}\nwhile :; do sleep 1 & wait; done`)}`

/** What a container has beside systemd: enough for its services and for scripts. */
const PROGRAMS =
  'sh dash bash cat chmod env id ip ls mkdir mount networkctl ping rm sleep systemctl systemd-creds touch true umount'

/** Makes a container's tree at `tree` with the test machine's own systemd and nothing else, 30 MB. It boots in a second. */
export const systemdScript = (tree: string): string => `
mkdir -p ${tree}/usr/bin ${tree}/usr/lib ${tree}/usr/lib64 ${tree}/etc ${tree}/var
for directory in bin lib lib64; do ln -s usr/$directory ${tree}/$directory; done
for program in ${PROGRAMS}; do cp -a /usr/bin/$program ${tree}/usr/bin/; done
cp -a /usr/lib/systemd /usr/lib/os-release ${tree}/usr/lib/
ln -s ../usr/lib/os-release ${tree}/etc/os-release
cp /etc/passwd /etc/group ${tree}/etc/
touch ${tree}/etc/machine-id
for file in ${tree}/usr/bin/* ${tree}/usr/lib/systemd/systemd* ${tree}/usr/lib/systemd/system-generators/systemd-*; do
  ldd "$file" 2>/dev/null || true
done | grep -o '/[^ ]*' | sort -u >/tmp/libraries
while read -r library; do
  mkdir -p "${tree}$(dirname "$library")"
  cp -L "$library" "${tree}$library"
done </tmp/libraries
mkdir -p ${tree}/usr/lib/x86_64-linux-gnu/systemd
cp -a /usr/lib/x86_64-linux-gnu/systemd/. ${tree}/usr/lib/x86_64-linux-gnu/systemd/`
