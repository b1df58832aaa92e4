import { expect, test } from 'vitest'
import { bitbuilder } from '../../../lib/cli/cli.ts'
import type { Finished } from '../../../lib/host/host.ts'
import { type MemoryNode, memoryHost } from '../../../lib/host/memory.ts'
import { runByName } from '../../../lib/program/by-name.ts'
import { gptImage } from '../../support/gpt-writer.ts'

type Files = Readonly<Record<string, MemoryNode>>

const NOT_THERE: Finished = { status: 127, stdout: '', stderr: '' }

/** What commands say on a host that has everything; the first whose words the command begins with. */
const GOOD: readonly (readonly [string, string])[] = [
  ['systemctl --version', 'systemd 262 (262-1)\n+PAM\n'],
  ['systemctl is-active NetworkManager.service', 'inactive\n'],
  ['systemctl is-active', 'active\n'],
  ['systemctl show --property=LoadState', 'loaded\n'],
  ['systemd-detect-virt', 'none\n'],
  ['timedatectl', 'yes\n'],
  ['id -u', '0\n'],
]

const GENERATORS = '/usr/lib/systemd/system-generators'
const DEVICE = { kind: 'device' } as const

const HOST: Files = {
  '/run/systemd/system': { kind: 'directory' },
  [`${GENERATORS}/tenant-generator`]: '',
  [`${GENERATORS}/mount-generator`]: '',
  '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory pids\n',
  '/proc/sys/user/max_user_namespaces': '1000\n',
  '/proc/filesystems': 'nodev\toverlay\n\tsquashfs\n\terofs\n',
  '/proc/self/mountinfo': '1 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw,prjquota\n',
  '/usr/share/qemu/firmware/60-edk2.json': '{}',
  '/usr/libexec/virtiofsd': '',
  '/usr/sbin/setquota': '',
  '/usr/sbin/mount.ddi': '',
  '/sys/module/dm_verity': { kind: 'directory' },
  '/usr/bin/chattr': '',
  '/dev/kvm': DEVICE,
  '/dev/vhost-vsock': DEVICE,
  '/dev/net/tun': DEVICE,
  '/etc/os-release': 'ID=debian\n',
}

interface World {
  readonly files?: Files
  readonly tenants?: readonly object[]
  /** Commands that differ from those of a good host. */
  readonly says?: Readonly<Record<string, string | undefined>>
}

interface Result {
  readonly name: string
  readonly state: string
  readonly detail: string
  readonly hint?: string
  readonly neededBy?: string
}

const examine = ({ files = HOST, tenants = [], says = {} }: World = {}) => {
  const answers = [...Object.entries(says), ...GOOD] as readonly (readonly [string, string | undefined])[]
  const run = (command: readonly string[]): Finished => {
    const line = command.join(' ')
    const found = answers.find(([words]) => line.startsWith(words))
    if (found === undefined) return { status: 0, stdout: 'version 1\n', stderr: '' }
    return found[1] === undefined ? NOT_THERE : { status: 0, stdout: found[1], stderr: '' }
  }
  const registry = { '/var/lib/bitbuilder/tenants.json': JSON.stringify({ tenants }) }
  const host = memoryHost({ ...files, ...registry }, { run })
  const status = runByName(host, ['doctor', '--json'], { bitbuilder })
  const { checks } = JSON.parse(host.printed.join('')) as { checks: readonly Result[] }
  const by = (name: string) => checks.find((check) => check.name === name)
  return { status, checks, by, bad: checks.filter(({ state }) => state !== 'ok').map(({ name }) => name) }
}

const without = (...paths: readonly string[]): Files =>
  Object.fromEntries(Object.entries(HOST).filter(([path]) => !paths.includes(path)))

test('a host that has everything', () => {
  expect(examine({ tenants: [{ id: 'acme' }] })).toMatchObject({ status: 0, bad: [] })
})

test('a host that has nothing, and no tenant that needs it', () => {
  const { status, checks } = examine({ files: {}, says: { '': undefined } })
  expect(status).toBe(0)
  expect(checks.filter(({ state }) => state === 'missing')).toEqual([])
  expect(checks.filter(({ state }) => state === 'warning').length).toBeGreaterThan(20)
})

test('what is missing matters when a tenant needs it, and it says how to get it', () => {
  const says = { 'nft --version': undefined, 'wg --version': undefined }
  const tenants = [{ id: 'acme', network: { wireguard: {} } }]
  expect(examine({ says }).by('nftables')?.state).toBe('warning')
  const { status, bad, by } = examine({ says, tenants })
  expect(status).toBe(1)
  expect(bad).toEqual(['nftables', 'wireguard'])
  expect(by('wireguard')).toEqual({
    name: 'wireguard',
    state: 'missing',
    detail: 'there is no wg',
    hint: 'apt install wireguard-tools',
    neededBy: 'acme',
  })
})

test.each([
  ['ID=fedora\n', 'dnf install iproute'],
  ['ID=rocky\nID_LIKE="rhel centos fedora"\n', 'dnf install iproute'],
  ['ID=ubuntu\nID_LIKE=debian\n', 'apt install iproute2'],
  ['ID=arch\n', 'install iproute2 (as Debian calls it) or iproute (Fedora)'],
])('packages are called as on %j', (release, hint) => {
  const { by } = examine({ files: { ...HOST, '/etc/os-release': release }, says: { 'ip -V': undefined } })
  expect(by('iproute2')?.hint).toBe(hint)
})

test.each([
  ['systemd 256\n', 'missing'],
  ['systemd 257 (257.9)\n', 'warning'],
  ['systemd 263~rc1\n', 'ok'],
  ['nonsense\n', 'missing'],
])('systemctl --version says %j', (version, state) => {
  const { by } = examine({ tenants: [{ id: 'acme' }], says: { 'systemctl --version': version } })
  expect(by('systemd')?.state).toBe(state)
})

test('a generator that is masked is missing', () => {
  const masked = { ...HOST, '/etc/systemd/system-generators/tenant-generator': { link: '/dev/null' } }
  const says = { 'test -f /etc/systemd/system-generators/tenant-generator': undefined }
  expect(examine({ files: masked, says, tenants: [{ id: 'acme' }] }).by('generators')).toMatchObject({
    state: 'missing',
    hint: 'rm /etc/systemd/system-generators/tenant-generator',
  })
})

test('who has a disk image needs what mounts it, and dm-verity where it has hashes', () => {
  const image = gptImage({ partitions: [{ type: 'root', content: 'erofs' }], protect: 'root' })
  const says = { 'modprobe --dry-run --quiet dm_verity': undefined }
  const [tenants, tools] = [[{ id: 'acme' }], '/var/lib/tenants/acme/extensions/sysext/tools.raw']
  const helpless = { ...without('/usr/sbin/mount.ddi'), [tools]: image }
  const missing = { state: 'missing', hint: 'apt install systemd-container', neededBy: 'acme' }
  expect(examine({ files: helpless, says, tenants }).by('ddi')).toMatchObject(missing)
  const files = { ...without('/sys/module/dm_verity'), [tools]: image }
  expect(examine({ files, says, tenants })).toMatchObject({ status: 1, bad: ['verity'] })
  expect(examine({ files, tenants })).toMatchObject({ status: 0, bad: [] })
  expect(examine({ files: without('/sys/module/dm_verity'), says, tenants }).by('verity')?.state).toBe('warning')
})

test('controllers count for tenants with limits', () => {
  const files = { ...HOST, '/sys/fs/cgroup/cgroup.controllers': 'cpu io\n' }
  expect(examine({ files, tenants: [{ id: 'acme' }] }).by('cgroups')?.state).toBe('warning')
  const { by } = examine({ files, tenants: [{ id: 'acme' }, { id: 'beta', resources: { cpu: 1 } }] })
  expect(by('cgroups')).toMatchObject({ state: 'missing', neededBy: 'beta' })
  expect(by('cgroups')?.detail).toContain('without memory, pids')
})

test('VMs are what a tenant with an infrastructure VM needs', () => {
  const files = without('/dev/net/tun', '/usr/libexec/virtiofsd')
  const says = { modprobe: undefined }
  expect(examine({ files, says }).status).toBe(0)
  expect(examine({ files, says, tenants: [{ id: 'acme', infra: { enabled: true } }] }).bad).toEqual([
    'virtiofsd',
    'tun',
  ])
})

test('signatures are what a tenant whose commits are verified needs', () => {
  const says = { 'ssh-keygen': undefined }
  const repository = { url: 'https://git.example.org/acme.git' }
  expect(examine({ says, tenants: [{ id: 'acme', repository }] }).by('signatures')?.state).toBe('warning')
  const verified = [{ id: 'acme', repository: { ...repository, verify: 'ssh' } }]
  expect(examine({ says, tenants: verified }).by('signatures')).toMatchObject({ state: 'missing', neededBy: 'acme' })
})

test('KVM in a guest is nothing to rely on, and none is slow', () => {
  const tenants = [{ id: 'acme', infra: { enabled: true } }]
  expect(examine({ tenants, says: { 'systemd-detect-virt': 'kvm\n' } }).by('kvm')?.detail).toContain(
    'itself a guest (kvm)',
  )
  expect(examine({ tenants, files: without('/dev/kvm') })).toMatchObject({ status: 0, bad: ['kvm'] })
})

test('NetworkManager may run, and not manage our bridges', () => {
  const tenants = [{ id: 'acme' }]
  const withDevices = (devices: string) =>
    examine({ tenants, says: { 'systemctl is-active NetworkManager.service': 'active\n', nmcli: devices } }).bad
  expect(withDevices('br-acme:unmanaged\neth0:connected\n')).toEqual([])
  expect(withDevices('br-acme:connected (externally)\n')).toEqual([])
  expect(withDevices('br-acme:connected\n')).toEqual(['NetworkManager'])
})

test('storage is looked at for tenants that have a limit', () => {
  const tenants = [{ id: 'acme', resources: { storage: '10G' } }]
  expect(examine({ tenants }).bad).toEqual([])
  const files = { ...HOST, '/proc/self/mountinfo': '1 1 254:1 / / rw - ext4 /dev/vda1 rw\n' }
  expect(examine({ files, tenants }).by('storage')).toMatchObject({
    state: 'warning',
    detail: '/var/lib/tenants/acme is on ext4 without project quotas (/dev/vda1): resources.storage does not hold',
  })
  expect(examine({ files }).bad).toEqual([])
})

test('what only verbs use is never missing, and says which', () => {
  const says = { mcopy: undefined, unsquashfs: undefined }
  const { status, by } = examine({ says, tenants: [{ id: 'acme' }] })
  expect(status).toBe(0)
  expect(by('squashfs-tools')).toEqual({
    name: 'squashfs-tools',
    state: 'warning',
    detail: 'there is no unsquashfs',
    hint: 'apt install squashfs-tools',
    usedBy: 'image build, and verify of such images',
  })
  expect(by('vfat')?.hint).toBe('apt install dosfstools mtools')
})

test('people get a line each, and hints', () => {
  const host = memoryHost({}, { run: () => NOT_THERE })
  expect(runByName(host, ['doctor'], { bitbuilder })).toBe(0)
  const lines = host.printed.join('').split('\n')
  expect(lines[0]).toBe('warning  systemd          version unknown, 257 is the oldest that will do, no tenant needs it')
  expect(lines.filter((line) => line.includes(', for image build of machines'))).toHaveLength(1)
  expect(lines.filter((line) => line.startsWith('  hint: ')).length).toBeGreaterThan(10)
})
