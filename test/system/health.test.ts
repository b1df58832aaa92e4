import { expect, test } from 'vitest'
import { REGISTRY, registry } from './fixtures.ts'
import { useMachine } from './machine.ts'

// A script that a tenant wrote runs on the host. What it may find out is how the tenant is, and nothing else.

const SCRIPT = 'config/scripts/health-check.sh'
const TENANTS = '/var/lib/tenants'

/** Says of each attempt whether it got anywhere; what it got is on the same line. */
const HOSTILE = `#!/bin/bash
try() {
  name=$1; shift
  if out=$(timeout 10 bash -c "$*" 2>&1); then echo "$name: GOT IT: $(head -c 200 <<<"$out" | tr '\\n' ' ')"
  else echo "$name: refused: $(head -c 200 <<<"$out" | tr '\\n' ' ')"; fi
}
echo "own: $(cat /tenant/data) as $(id -u), links $(readlink /tenant/etc)"
try shadow cat /etc/shadow /proc/1/root/etc/shadow
try passwd cat /etc/passwd
try link cat /tenant/etc/passwd
try tenants ls ${TENANTS}
try neighbour 'cat ${TENANTS}/victim/secret || cat /tenant/victim/secret'
try registry cat ${REGISTRY}
try programs ls /usr/lib/bitbuilder
for place in / /usr /tenant /tenant/scripts /etc /run /var /dev /proc/sys/kernel /sys; do try "write-$place" "echo x >$place/written"; done
try interfaces 'cat /sys/class/net/*/address'
try network 'exec 3<>/dev/tcp/10.1.0.1/9'
try manager systemctl list-units
try bus busctl list
try signal kill -9 1
try others 'ps -e -o args= | grep -v -e bash -e ps -e grep -e health -e timeout'
try setuid 'cp /usr/bin/id /tmp/id && chmod 4755 /tmp/id'
try device mknod /tmp/disk b 7 0
try mount 'mount -t tmpfs none /tmp'
try namespace unshare --user true
try capabilities 'grep -q "^CapBnd:.*[1-9a-f]" /proc/self/status'
dd if=/dev/zero of=/dev/shm/much bs=1M count=64 2>/dev/null
echo "shm: $(stat -c %s /dev/shm/much)"
exit 3
`

/** Runs until something stops it. */
const BOMB = `#!/bin/bash
bomb() { bomb | bomb & }
bomb
while :; do sleep 1 || :; done
`

const here = useMachine({
  installed: true,
  files: {
    [REGISTRY]: registry({ id: 'acme' }, { id: 'victim' }),
    [`${TENANTS}/acme/revisions/1/metadata.json`]: '{}\n',
    [`${TENANTS}/acme/revisions/1/data`]: 'mine\n',
    [`${TENANTS}/acme/revisions/1/scripts/health-check.sh`]: HOSTILE,
    [`${TENANTS}/victim/secret`]: 'a secret of the victim\n',
    '/etc/systemd/system/tenant-health@.timer.d/soon.conf':
      '[Timer]\nOnActiveSec=\nOnActiveSec=1s\nOnUnitInactiveSec=\nOnUnitInactiveSec=1s\nRandomizedDelaySec=0\nAccuracySec=100ms\n',
  },
  prepare: `
    ln -s revisions/1 ${TENANTS}/acme/config
    ln -s /etc ${TENANTS}/acme/revisions/1/etc
    ln -s ${TENANTS}/victim ${TENANTS}/acme/revisions/1/victim
    # It starts when a test says so.
    systemctl mask tenants.target`,
})

const must = (command: string) => here.machine.must(command)
const active = (unit: string) => here.machine.show(unit, 'ActiveState').ActiveState
const write = (text: string) => {
  here.machine.write(`${TENANTS}/acme/${SCRIPT}`, text)
  must(`chmod 0755 ${TENANTS}/acme/${SCRIPT}`)
}
const waitFor = (condition: string) => must(`timeout 30 sh -c 'until ${condition}; do sleep 0.1; done'`)

const HEALTH = 'tenant-health@acme.service'

const attempts = new Map<string, string>()

test('a hostile script gets nowhere', () => {
  expect(here.machine.run(`systemctl start ${HEALTH}`).status).toBe(1)
  const lines = here.machine.journal(`--unit=${HEALTH}`, '--output=cat').split('\n')
  for (const line of lines) {
    const [, name = '', rest = ''] = /^(\S+): (.*)$/.exec(line) ?? []
    attempts.set(name, rest)
  }
  expect(attempts.get('own')).toMatch(/^mine as 6[1-5]\d{3}, links \/etc$/)
  const outcomes = [...attempts].filter(([, rest]) => /^(?:GOT IT|refused):/.test(rest))
  expect(outcomes).toHaveLength(28)
  expect(outcomes.filter(([, rest]) => rest.startsWith('GOT IT'))).toEqual([])
})

test('there is no network, where the host itself reaches its address', () => {
  must('systemctl start tenant@victim.service && ip address add 10.1.0.1/32 dev lo')
  expect(here.machine.run(['bash', '-c', 'exec 3<>/dev/tcp/10.1.0.1/9']).stderr).toMatch(/refused/)
  here.machine.run(`systemctl start ${HEALTH}`)
  expect(attempts.get('network')).toMatch(/unreachable/)
  const again = here.machine.journal(`--unit=${HEALTH}`, '--output=cat', '--grep=^network:').trim().split('\n')
  expect(again.at(-1)).toMatch(/unreachable/)
})

test('the exit status is that of the service, and is seen', () => {
  expect(here.machine.show(HEALTH, 'Result', 'ExecMainStatus')).toEqual({ Result: 'exit-code', ExecMainStatus: '3' })
  expect(must('systemctl list-units --failed --plain --no-legend | cut -d" " -f1')).toBe(HEALTH)
  expect(here.machine.run(`systemctl status --no-pager ${HEALTH}`).stdout).toContain('status=3')
})

test('shared memory is small, and nothing of it stays', () => {
  expect(Number(attempts.get('shm'))).toBeLessThanOrEqual(4 << 20)
  expect(must('ls -A /dev/shm')).toBe('')
})

test('a script that multiplies stays below its limit, and stops when told to', () => {
  write(BOMB)
  must(`systemctl reset-failed ${HEALTH} && systemctl start --no-block ${HEALTH}`)
  const { ControlGroup: group } = here.machine.show(HEALTH, 'ControlGroup')
  const count = () => Number(must(`cat /sys/fs/cgroup${group}/cgroup.procs 2>/dev/null | wc -l`))
  waitFor(`[ "$(cat /sys/fs/cgroup${group}/cgroup.procs 2>/dev/null | wc -l)" -ge 32 ]`)
  const counts = Array.from({ length: 10 }, () => {
    must('sleep 0.2')
    return count()
  })
  expect(Math.max(...counts)).toBeLessThanOrEqual(64)
  expect(must('systemctl is-active tenant@victim.service')).toBe('active')
  must(`systemctl stop ${HEALTH}`)
  waitFor(`[ ! -e /sys/fs/cgroup${group} ]`)
})

test('the timer runs it while the tenant runs, and a tenant without a script has none', () => {
  write('#!/bin/sh\nexit 0\n')
  must(`systemctl daemon-reload && systemctl start tenant@acme.service`)
  here.machine.settle()
  expect(active('tenant-health@acme.timer')).toBe('active')
  expect(active('tenant-health@victim.timer')).toBe('inactive')
  expect(here.machine.show(HEALTH, 'Slice').Slice).toBe('tenant-acme.slice')
  const runs = () => here.machine.journal(`--unit=${HEALTH}`, '--grep=Finished').split('\n').length
  const before = runs()
  waitFor(`[ "$(journalctl --boot --unit=${HEALTH} --grep=Finished --output=cat | wc -l)" -gt ${before + 1} ]`)
  expect(active(HEALTH)).not.toBe('failed')
})

test('a tenant that is not well is seen to be so, and is well again once it is', () => {
  write('#!/bin/sh\necho database is gone\nexit 1\n')
  waitFor(`systemctl is-failed --quiet ${HEALTH}`)
  expect(here.machine.journal(`--unit=${HEALTH}`)).toContain('database is gone')
  expect(active('tenant@acme.service')).toBe('active')
  write('#!/bin/sh\nexit 0\n')
  waitFor(`! systemctl is-failed --quiet ${HEALTH}`)
})

test('it stops with the tenant', () => {
  must('systemctl stop tenant@acme.service')
  here.machine.settle()
  expect(active('tenant-health@acme.timer')).toBe('inactive')
  expect(active(HEALTH)).toBe('inactive')
})
