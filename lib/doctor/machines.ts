/** What repositories, machines and extensions need. */

import { MOUNT_DDI, tenantDir } from '../layout/paths.ts'
import { storageSupport } from '../storage/support.ts'
import type { Check, Context, Finding } from './check.ts'
import { ask, both, device, fileSystem, kernelModule, kindAt, missing, ok, program, programAt, worse } from './look.ts'

/** Runs git for tenant-provision, sysusers.d(5). */
const GIT_USER = 'bitbuilder-git'

const gitUser: Check['look'] = ({ host }) =>
  ask(host, 'getent', 'passwd', GIT_USER) === undefined
    ? missing(`there is no user ${GIT_USER}`, 'systemd-sysusers')
    : ok(`git, and the user ${GIT_USER}`)

const signatures = (context: Context): Finding => {
  const absent = [
    ['ssh-keygen', '-?'],
    ['gpg', '--version'],
  ].filter(([name = '', option = '']) => context.host.run([name, option], 30).status === 127)
  return absent.length === 0
    ? ok('ssh-keygen, gpg')
    : missing(`there is no ${absent.map(([name]) => name).join(' and no ')}`)
}

const qemu = (context: Context): Finding => {
  const cpu = context.host.architecture() === 'arm64' ? 'aarch64' : 'x86_64'
  const found = program(`qemu-system-${cpu}`)(context)
  return found.state === 'ok' ? found : programAt('/usr/libexec/qemu-kvm')(context)
}

const FIRMWARE_DIR = '/usr/share/qemu/firmware'

/** Only a kernel that starts by firmware needs one; which that is shows when the VM starts. */
const firmware = ({ host }: Context): Finding =>
  kindAt(host, FIRMWARE_DIR) === 'directory' && (host.readDir(FIRMWARE_DIR)?.entries.length ?? 0) > 0
    ? ok(FIRMWARE_DIR)
    : worse('there is none, a VM with a unified kernel image cannot start', 'install ovmf (Debian), edk2-ovmf (Fedora)')

const kvm = ({ host }: Context): Finding => {
  if (kindAt(host, '/dev/kvm') !== 'device')
    return worse('there is no /dev/kvm, VMs are emulated and slow', 'virtualization in the firmware, modprobe kvm')
  const outer = ask(host, 'systemd-detect-virt')
  if (outer === undefined || outer === 'none') return ok('/dev/kvm')
  return worse(
    `/dev/kvm is there, on a host that is itself a guest (${outer}): it may open and guests die all the same`,
    'if the journal of a VM says KVM internal error, bitbuilder.conf(5) switches it off',
  )
}

const vsock = (context: Context): Finding => {
  const found = device('/dev/vhost-vsock', 'vhost_vsock')(context)
  return found.state === 'ok'
    ? found
    : worse('there is no /dev/vhost-vsock, nobody hears from a VM that it is up', 'modprobe vhost_vsock')
}

/** Of the tenants that have a limit, the first that cannot have it. */
const storage = ({ host, tenants }: Context): Finding => {
  const limited = tenants.filter(({ resources }) => resources.storage !== undefined)
  for (const { id } of limited) {
    const support = storageSupport(host, tenantDir(id))
    if (support?.kind === 'none')
      return worse(`${tenantDir(id)} ${support.why}: resources.storage does not hold`, support.hint)
  }
  return ok(limited.length === 0 ? 'no tenant has a limit' : `${limited.length} tenants with a limit`)
}

export const MACHINES: readonly Check[] = [
  { name: 'git', neededFor: ['repository'], packages: 'git', look: both(program('git'), gitUser) },
  {
    name: 'signatures',
    neededFor: ['signatures'],
    packages: { debian: 'openssh-client gnupg', fedora: 'openssh gnupg2' },
    look: signatures,
  },
  {
    name: 'nspawn',
    neededFor: ['container'],
    packages: 'systemd-container',
    look: program('systemd-nspawn'),
  },
  {
    name: 'vmspawn',
    neededFor: ['vm'],
    packages: 'systemd-container',
    look: program('systemd-vmspawn'),
  },
  { name: 'qemu', neededFor: ['vm'], packages: { debian: 'qemu-system-x86', fedora: 'qemu-kvm' }, look: qemu },
  {
    name: 'virtiofsd',
    neededFor: ['vm'],
    packages: 'virtiofsd',
    // Where vmspawn looks.
    look: programAt('/usr/libexec/virtiofsd', '/usr/lib/virtiofsd', '/usr/bin/virtiofsd'),
  },
  { name: 'firmware', neededFor: ['vm'], look: firmware },
  { name: 'kvm', neededFor: ['vm'], look: kvm },
  { name: 'vsock', neededFor: ['vm'], look: vsock },
  { name: 'tun', neededFor: ['vm'], look: device('/dev/net/tun', 'tun') },
  { name: 'overlay', neededFor: ['extensions'], look: fileSystem('overlay') },
  { name: 'squashfs', neededFor: ['images'], look: fileSystem('squashfs') },
  { name: 'erofs', neededFor: ['images'], look: fileSystem('erofs') },
  { name: 'ddi', neededFor: ['disks'], packages: 'systemd-container', look: programAt(MOUNT_DDI) },
  { name: 'verity', neededFor: ['verity'], look: kernelModule('dm_verity', 'dm-verity') },
  { name: 'storage', neededFor: ['storage'], look: storage },
]
