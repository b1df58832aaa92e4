import { expect, test } from 'vitest'
import { networkdScript, REGISTRY, registry } from './fixtures.ts'
import { useMachine } from './machine.ts'
import { makeRepository } from './tiny.ts'
import { inContainer, WEB, webOf } from './twins.ts'

// What the root of a container may try. That of a VM is in machines.test.ts.

const TREE = '/var/lib/tenants/acme/containers/web'
const SECRET = 'nobody may read this'

const here = useMachine({
  installed: true,
  prepare: networkdScript,
  files: {
    '/root/secret': `${SECRET}\n`,
    '/etc/bitbuilder/bitbuilder.conf.d/test.conf': '[Network]\nPool6=fd42::/32\n',
  },
})

const must = (command: string) => here.machine.must(command)
const inside = (line: string) => inContainer(here.machine, 'web.acme')(line)

/** What of the host must stay as it is: its own files, and other directories of the tenant. */
const host = () =>
  must(`find /etc /root /usr /var/lib/bitbuilder -xdev -newer /run/mark -printf '%p\\n' | sort
    find /var/lib/tenants -path ${TREE} -prune -o -newer /run/mark -printf '%p\\n' | sort`)

test('a container runs, and its root writes in its tree', async () => {
  makeRepository(here.machine, '/srv/acme', 'acme')
  must(`mkdir -p ${TREE} && cp -a /srv/acme/containers/web/rootfs/. ${TREE}/`)
  here.machine.write(REGISTRY, registry({ id: 'acme', infra: { enabled: false } }))
  must('systemctl daemon-reload && systemctl start tenant@acme.service')
  here.machine.settle()
  await webOf(here.machine, 'acme')
  must('touch /run/mark && sleep 1')
  expect(inside('echo mine >/srv/mine && busybox id -u').stdout).toBe('0\n')
  expect(must(`cat ${TREE}/srv/mine`)).toBe('mine')
}, 120_000)

test('it makes no device node, which root on the host does', () => {
  expect(inside('busybox mknod /srv/disk b 8 0').status).not.toBe(0)
  expect(inside('busybox mknod /srv/mem c 1 1').status).not.toBe(0)
  must(`mknod /srv/disk b 8 0 && rm /srv/disk`)
})

test('what it remounts and writes to is its own: kernel and host stay as they are', () => {
  const listed = inside(`busybox awk '$4 ~ /^ro/ { print $2 }' /proc/self/mounts`).stdout.split('\n')
  const mounts = listed.filter((path) => path !== '')
  expect(mounts).toContain('/proc/sys')
  // Mounts in its own namespace it may change; what is behind them does not belong to its users.
  for (const path of mounts) inside(`busybox mount -o remount,rw,bind ${path}; echo x >${path}/escape`)
  const files = [
    '/proc/sys/kernel/core_pattern',
    '/proc/sys/kernel/panic',
    '/proc/sysrq-trigger',
    '/sys/kernel/profiling',
  ]
  const values = () => must('cat /proc/sys/kernel/core_pattern /proc/sys/kernel/panic')
  const before = values()
  expect(files.filter((path) => inside(`echo 1 >${path}`).status === 0)).toEqual([])
  expect(values()).toBe(before)
  expect(must('find / -name escape -not -path "/proc/*" -not -path "/sys/*" 2>/dev/null || true')).toBe('')
})

test('a setuid program of its is within nobody else’s reach', () => {
  expect(inside('busybox cp /bin/busybox /srv/su && busybox chmod 4755 /srv/su').status).toBe(0)
  expect(must(`stat --format=%a ${TREE}/srv/su`)).toBe('4755')
  // A shell in between: setpriv(1) itself still has what root may.
  const asNobody = (line: string) =>
    here.machine.run(['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'sh', '-c', line])
  must('cp /usr/bin/busybox /srv/id && chmod 4755 /srv/id')
  expect(asNobody('/srv/id true; busybox id -u')).toMatchObject({ status: 0, stdout: '65534\n' })
  expect(asNobody(`${TREE}/srv/su`)).toMatchObject({
    status: 126,
    stderr: expect.stringContaining('Permission denied'),
  })
})

test('links in the place of what is looked at lead nowhere', async () => {
  const links = ['/etc/hostname', '/etc/os-release', '/usr/lib/os-release', '/etc/machine-id', '/etc/resolv.conf']
  for (const path of links) expect(inside(`busybox ln -sfn /root/secret ${path}`).status).toBe(0)
  expect(inside('busybox ln -sfn /root /var').status).toBe(0)
  expect(inside('busybox mkdir -p /root && echo inside >/root/inside').status).toBe(0)
  const said = ['verify', 'status acme', 'plan acme', 'show acme'].map((verb) => {
    const { stdout, stderr } = here.machine.run(`bitbuilder ${verb}`)
    return stdout + stderr
  })
  must(`systemctl restart '${WEB('acme')}' || true`)
  must('systemctl reload tenant@acme.service')
  here.machine.settle()
  expect(said.join('')).not.toContain(SECRET)
  expect(here.machine.journal('--unit=tenant*')).not.toContain(SECRET)
  expect(must('cat /root/secret')).toBe(SECRET)
})

test('and nothing outside of its tree has changed', () => {
  const changed = host().split('\n')
  // The look sees what changes: an address given out.
  must('touch /root/changed')
  expect(host().split('\n')).toEqual(expect.arrayContaining(['/root', '/root/changed']))
  expect(changed.filter((path) => path !== '')).toEqual([])
})
