import { expect, test } from 'vitest'
import {
  ACME_MOUNT,
  ACME_PROD,
  BROKEN,
  BROKEN_FILE,
  CONFEXT_MOUNT,
  EXTENSIONS,
  imagesScript,
  REGISTRY,
  registry,
  SYSEXT_MOUNT,
  TENANT123,
} from './fixtures.ts'
import { useMachine } from './machine.ts'

// One story, told in order: from a host that does not know us to one that has forgotten us.
const here = useMachine({ files: EXTENSIONS, prepare: imagesScript })

const run = (command: string) => here.machine.run(command)
const must = (command: string) => here.machine.must(command)
const active = (unit: string) => here.machine.show(unit, 'ActiveState').ActiveState
const mounts = () => must('findmnt --list --noheadings --output TARGET | grep -e tenants/ -e bitbuilder || true')

/** The directories that a package or its units may leave something in; what systemd itself does not keep still is left out. */
const everything = () =>
  must(
    `find /etc /usr /var/lib /var/cache /run -not -path '/run/systemd/*' -not -path '/run/log/*' -not -path '/run/udev/*' \\
    -not -path '/run/credentials*' -not -path '/var/lib/dpkg/*' -not -path '/var/lib/systemd/*' \\
    -not -path '/var/cache/ldconfig/*' -not -path '/var/lib/tenants*' | sort
    find /etc/systemd /run/systemd/network /run/systemd/generator* /run/systemd/system /run/systemd/transient 2>/dev/null | sort`,
  ).split('\n')

let before: readonly string[] = []

const TENANTS = ['tenant@tenant123.service', 'tenant@acme-prod.service'] as const

test('the package installs on a running host', () => {
  expect(Number(/^systemd (\d+)/.exec(must('systemctl --version'))?.[1])).toBeGreaterThanOrEqual(262)
  // tenant-network@ starts networkd where it does not run yet; what that leaves is not ours.
  must('systemctl start systemd-networkd.service')
  before = everything()
  here.machine.install()
  expect(active('tenants.target')).toBe('active')
  expect(must('systemctl is-enabled tenants.target')).toBe('enabled')
  expect(must('systemctl is-system-running')).toBe('running')
})

test('after entries are dropped in and the daemon is reloaded, systemctl enable --now starts a tenant', () => {
  here.machine.write(REGISTRY, registry(TENANT123, ACME_PROD))
  here.machine.write(BROKEN_FILE, BROKEN)
  must('systemctl daemon-reload')
  const enabled = run('systemctl enable --now tenant@tenant123.service')
  expect(enabled).toMatchObject({ status: 0 })
  expect(active('tenant@tenant123.service')).toBe('active')
  expect(must('systemctl is-enabled tenant@tenant123.service')).toMatch(/^enabled/)
  expect(must('systemctl cat tenant@tenant123.service')).toMatch(
    /^# \/run\/systemd\/generator\/tenant@tenant123\.service\.d\/50-tenant\.conf$/m,
  )
  expect(here.machine.show('tenant@tenant123.service', 'Description').Description).toContain('The first customer')
})

test('the overlays are mounted and every extension that fits is in them', () => {
  expect([active(SYSEXT_MOUNT), active(CONFEXT_MOUNT)]).toEqual(['active', 'active'])
  const merged = '/var/lib/tenants/tenant123/sysext'
  expect(must(`cat ${merged}/share/squash ${merged}/share/ero ${merged}/share/editor`)).toBe('squash\nero\n1.10')
  expect(must(`test -x ${merged}/bin/systemctl && echo base`)).toBe('base')
})

test("an extension's file wins over the base's, and the newest extension over the others", () => {
  expect(must('cat /var/lib/tenants/tenant123/sysext/bin/arch')).toContain('from the extension')
  expect(must('/usr/bin/arch')).not.toContain('from the extension')
  expect(must('cat /var/lib/tenants/tenant123/sysext/share/who')).toBe('zz')
})

test('an extension that does not fit is left out, and is said to be', () => {
  expect(must('ls /var/lib/tenants/tenant123/sysext/share')).not.toMatch(/alien|stranger/)
  const { status, stdout, stderr } = run('bitbuilder verify tenant123')
  expect(status).toBe(1)
  expect(stdout + stderr).toContain("/sysext/alien: is for 'fedora', the base is 'debian', leaving the extension out")
  // What is inside of an image is known only when it is mounted.
  expect(here.machine.journal('--unit=tenant-layers@tenant123.service')).toContain(
    "/sysext/stranger.raw: is for 'fedora', the base is 'debian', leaving the extension out",
  )
})

test("the confext view shows the tenant's configuration and nothing of the host's /etc", () => {
  expect(must('ls -A /var/lib/tenants/tenant123/confext')).toBe('extension-release.d\nsite.conf')
  expect(must('find /var/lib/tenants/tenant123 -name shadow -o -name "*machine-id*" | grep -v sysext || true')).toBe('')
})

test('a merged view is written to above its layers, with nodev and nosuid', () => {
  must('echo mine >/var/lib/tenants/tenant123/sysext/share/who')
  expect(must('cat /var/lib/tenants/tenant123/extensions/sysext/zz/usr/share/who')).toBe('zz')
  expect(must('cat /var/lib/tenants/tenant123/overlay/usr/share/who')).toBe('mine')
  expect(must('findmnt --noheadings --output OPTIONS /var/lib/tenants/tenant123/sysext')).toMatch(/nosuid,nodev/)
})

test('the limits of the entry are those of the slice, and the tenant runs in it', () => {
  const slice = here.machine.show('tenant-tenant123.slice', 'MemoryMax', 'TasksMax', 'CPUQuotaPerSecUSec')
  expect(slice).toEqual({ MemoryMax: String(256 << 20), TasksMax: '512', CPUQuotaPerSecUSec: '1.500000s' })
  expect(here.machine.show('tenant@tenant123.service', 'Slice').Slice).toBe('tenant-tenant123.slice')
  expect(here.machine.show('tenant@acme-prod.service', 'Slice').Slice).toBe(String.raw`tenant-acme\x2dprod.slice`)
})

test('nothing of a tenant stays resident', () => {
  expect(must('ps -eo args | grep "[b]itbuilder" || true')).toBe('')
  const { ControlGroup: group } = here.machine.show('tenant-tenant123.slice', 'ControlGroup')
  expect(must(`find /sys/fs/cgroup${group} -name cgroup.procs -exec cat {} + 2>/dev/null || true`)).toBe('')
})

test('the bridge is up with its address and a DHCP server', () => {
  const [bridge] = JSON.parse(must('ip -json address show dev br-tenant123')) as [
    { flags: string[]; altnames?: string[]; addr_info: { family: string; local: string; prefixlen: number }[] },
  ]
  expect(bridge.flags).toContain('UP')
  expect(bridge.addr_info.filter(({ family }) => family === 'inet')).toMatchObject([
    { local: '10.1.0.1', prefixlen: 24 },
  ])
  // networkd serves an interface that has a carrier: the first guest brings it.
  must(`ip link add guest type veth peer name port && ip link set port master br-tenant123 up && ip link set guest up
    timeout 20 sh -c 'until ss --no-header --listening --udp --numeric | grep -q %br-tenant123:67; do sleep 0.1; done'
    ip link delete guest`)
})

test('the refused tenant has failed and says why, and the others run untouched', () => {
  must('systemctl start tenant@acme-prod.service')
  expect(run('systemctl start tenant@broken.service').status).toBe(1)
  const status = run('systemctl status --full --no-pager tenant@broken.service').stdout
  expect(status).toContain('Active: failed')
  expect(status).toContain(`${BROKEN_FILE}:7:15: resources.memory: expected a size such as 512M or 4G, got "4 GB"`)
  expect(TENANTS.map(active)).toEqual(['active', 'active'])
  expect(active('tenants.target')).toBe('active')
  expect(must('cat /var/lib/tenants/acme-prod/sysext/share/who')).toBe('acme-prod')
})

test('stopping a tenant takes its mounts and its bridge away, and no other one', () => {
  must('systemctl stop tenant@tenant123.service')
  here.machine.settle()
  expect(mounts()).toBe('/var/lib/tenants/acme-prod/sysext')
  expect(run('ip link show dev br-tenant123').status).not.toBe(0)
  expect(run('ip link show dev br-acme-prod').status).toBe(0)
  expect(must('ls /run/systemd/network')).not.toContain('tenant123')
  expect(active(ACME_MOUNT)).toBe('active')
})

test('after a reboot everything that was enabled is back', async () => {
  await here.machine.reboot()
  // Degraded by the refused tenant alone.
  expect(must('systemctl list-units --failed --plain --no-legend | cut -d" " -f1')).toBe('tenant@broken.service')
  expect([...TENANTS, 'multi-user.target', SYSEXT_MOUNT, CONFEXT_MOUNT, ACME_MOUNT].map(active)).toEqual(
    Array(6).fill('active'),
  )
  expect(must('cat /var/lib/tenants/tenant123/sysext/share/who /var/lib/tenants/tenant123/sysext/share/squash')).toBe(
    'mine\nsquash',
  )
  expect(must('ip -4 -brief address show dev br-tenant123')).toContain('10.1.0.1/24')
  expect(must('ip -4 -brief address show dev br-acme-prod')).toContain('10.2.0.1/24')
  expect(here.machine.journal()).not.toMatch(/ordering cycle/)
})

test('a tenant whose entry is removed while it runs still stops cleanly', () => {
  here.machine.write(REGISTRY, registry(ACME_PROD))
  must('systemctl daemon-reload')
  expect(active('tenant@tenant123.service')).toBe('active')
  expect(here.machine.run('systemctl stop tenant@tenant123.service')).toMatchObject({ status: 0, stderr: '' })
  expect(here.machine.show('tenant@tenant123.service', 'Result').Result).toBe('success')
  expect(here.machine.journal('--unit=tenant@tenant123.service')).not.toMatch(/exit status|FAILURE/)
  here.machine.settle()
  expect(mounts()).toBe('/var/lib/tenants/acme-prod/sysext')
  expect(run('ip link show dev br-tenant123').status).not.toBe(0)
  expect(active('tenant-tenant123.slice')).toBe('inactive')
  expect(must('test -e /var/lib/tenants/tenant123/overlay/usr/share/who && echo kept')).toBe('kept')
})

test('an upgrade restarts no tenant', () => {
  here.machine.write(REGISTRY, registry(TENANT123, ACME_PROD))
  must('systemctl daemon-reload && systemctl start tenant@tenant123.service')
  const units = [...TENANTS, 'tenant-network@tenant123.service', 'tenant-layers@tenant123.service', SYSEXT_MOUNT]
  const ids = () => units.map((unit) => here.machine.show(unit, 'InvocationID').InvocationID)
  const first = ids()
  here.machine.install()
  expect(ids()).toEqual(first)
  expect(units.map(active)).toEqual(units.map(() => 'active'))
})

test('removing the package stops everything, and keeps the data and the settings', () => {
  must('dpkg --remove bitbuilder')
  expect(mounts()).toBe('')
  expect(must('ip -brief link show type bridge')).toBe('')
  // What the administrator enabled stays enabled until the purge, so multi-user.target still names tenants.target.
  expect(must("systemctl list-units --all --plain --no-legend 'tenant*' '*tenants*' '*bitbuilder*' 'netns-*'")).toMatch(
    /^(?:tenants\.target not-found inactive dead tenants\.target)?$/,
  )
  expect(
    must(`ls /etc/bitbuilder/bitbuilder.conf ${REGISTRY} /var/lib/tenants/tenant123/overlay/usr/share/who`),
  ).toContain('bitbuilder.conf')
})

test('purging it leaves nothing behind', () => {
  must('dpkg --purge bitbuilder')
  const after = everything()
  expect(after.filter((path) => !before.includes(path))).toEqual([])
  expect(before.filter((path) => !after.includes(path))).toEqual([])
  expect(run('ls /var/lib/tenants').status).not.toBe(0)
  expect(must("systemctl list-units --all --plain --no-legend 'tenant*' '*tenants*' '*bitbuilder*' 'netns-*'")).toBe('')
  expect(must('systemctl list-units --failed --plain --no-legend')).toBe('')
  expect(must('systemctl is-system-running')).toBe('running')
})
