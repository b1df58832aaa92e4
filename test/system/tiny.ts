/** The smallest guests there can be: busybox, an address by DHCP, and a server that says who asks it. */

import { initrdScript } from './guests.ts'
import type { Machine } from './machine.ts'
import { answerOf, PORT } from './world.ts'

/** TCP: what comes in is run by sh. */
export const SHELL_PORT = 23

/** Where `makeInitrd` leaves what VMs boot with. */
export const INITRD = '/srv/tiny/initrd'

/** The container of the example that is shipped: what its README promises is what runs here. */
const EXAMPLE = '/usr/share/bitbuilder/examples/repository'

/**
 * Identity comes from the credential alone, systemd.system-credentials(7): every tenant has the same initrd. What it says
 * stands in the journal of the host: `infra.acme is up`, `infra.acme has 10.1.0.101`.
 */
const VM = `
name="infra.$(credential tenant.id)"
mkdir -p /etc /srv/cgi-bin
echo "$name" >/etc/hostname
cat >/srv/cgi-bin/who <<'END'
${answerOf('$(/bin/busybox cat /etc/hostname)')}END
chmod 755 /srv/cgi-bin/who
httpd -p '[::]:${PORT}' -h /srv
nc -ll -p ${SHELL_PORT} -e /bin/sh &
echo "$name is up"
dhcp eth0
echo "$name has $(ip -4 address show dev eth0 | sed -n 's|.* inet \\([0-9.]*\\)/.*|\\1|p')"`

/** A repository with a tree that systemd-nspawn(1) boots, of the example that is shipped. `id`: whose it says it is. */
export const makeRepository = (machine: Machine, root: string, id: string): void => {
  machine.must(`mkdir -p ${root} && cp -a ${EXAMPLE}/. ${root}/`)
  const tree = `${root}/containers/web/rootfs`
  machine.write(`${tree}/etc/hostname`, `web.${id}\n`)
  machine.write(`${tree}/srv/cgi-bin/who`, answerOf('$(/bin/busybox cat /etc/hostname)'))
  machine.must(
    `cd ${tree} && chmod +x srv/cgi-bin/who && mkdir bin && cp /usr/bin/busybox bin/ && ln -s busybox bin/sh`,
  )
}

/** What the VMs of the twins boot, with the kernel of the machine. */
export const makeInitrd = (machine: Machine): void => {
  machine.must(['sh', '-e'], { input: initrdScript(INITRD, VM) })
}
