import { afterEach, expect, test } from 'vitest'
import { REGISTRY, registry } from './fixtures.ts'
import { useMachine } from './machine.ts'
import { until } from './run.ts'
import { inventory, kindsOf, processesOf, tracesOf, without } from './traces.ts'
import { commit, entryOf, INFRA, infraOf, plantTwins, repositoryOf, TWINS_MACHINE, WEB, webOf } from './twins.ts'
import { makeWorld, OUTSIDE, reached } from './world.ts'

// What goes wrong with acme, or with what both run on, while both run. Told in order; after each fault globex must not
// have noticed.

const ACME_DIR = '/var/lib/tenants/acme'

const here = useMachine(TWINS_MACHINE)

const must = (command: string) => here.machine.must(command)
const active = (unit: string) => here.machine.show(unit, 'ActiveState').ActiveState
const acme = () => processesOf(here.machine, 'tenant-acme.slice')
const globex = () => processesOf(here.machine, 'tenant-globex.slice')
const provision = () =>
  here.machine.run('systemctl restart tenant-provision@acme.service && systemctl reload tenant@acme.service')
const current = () => must(`readlink ${ACME_DIR}/config`).replace('revisions/', '')
const lastAttempt = () => JSON.parse(must(`cat ${ACME_DIR}/provision.json`)) as { state: string; commit: string }

/** Its own disk is not ours. Whoever waits for a lock has it open: it stays, as does an empty directory to mount on. */
const KEPT =
  /^(?:mount \/var\/lib\/tenants\/acme ext4|unit var-lib-tenants-acme\.mount|loop |file \/run\/bitbuilder\/(?:rootfs\/acme|provision-acme\.lock) $)/

let before: readonly string[] = []
let good = ''
let untouched: readonly string[] = []

/** Told in order: where one fails, the next would only say so again. */
afterEach(() => {
  if (untouched.length > 0) expect(globex()).toEqual(untouched)
})

test('both run', async () => {
  makeWorld(here.machine)
  good = plantTwins(here.machine).acme
  // A disk of its own, that can be full.
  must(
    `truncate --size=96M /srv/acme.img && mkfs.ext4 -q /srv/acme.img && mkdir -p ${ACME_DIR} && mount -o loop /srv/acme.img ${ACME_DIR}`,
  )
  must('systemctl daemon-reload && systemctl start tenant@globex.service')
  here.machine.settle()
  await infraOf(here.machine, 'globex')
  before = inventory(here.machine)
  must('systemctl start tenant@acme.service')
  here.machine.settle()
  await infraOf(here.machine, 'acme')
  expect(current()).toBe(good)
  expect(acme().map((line) => line.split(' ')[1])).toEqual(
    expect.arrayContaining(['systemd-vmspawn', 'systemd-nspawn']),
  )
  expect(kindsOf(tracesOf(here.machine, 'acme'))).toEqual(
    expect.arrayContaining([
      'address',
      'control',
      'file',
      'filter',
      'interface',
      'machine',
      'process',
      'route',
      'unit',
    ]),
  )
  untouched = globex()
  expect(untouched).toHaveLength(acme().length)
}, 600_000)

test('a repository that is gone changes nothing, and is told', () => {
  const running = acme()
  must(`mv ${repositoryOf('acme')} ${repositoryOf('acme')}.away`)
  expect(provision().status).toBe(0)
  expect(lastAttempt()).toMatchObject({ state: 'failed', commit: good })
  expect([current(), acme()]).toEqual([good, running])
  must(`mv ${repositoryOf('acme')}.away ${repositoryOf('acme')}`)
  expect(provision().status).toBe(0)
  expect(lastAttempt()).toMatchObject({ state: 'current', commit: good })
})

test('a bad commit does not become the configuration', () => {
  const running = acme()
  here.machine.write(`${repositoryOf('acme')}/metadata.json`, '{ "resources": { "memory": "4 GB" } }\n')
  const bad = commit(here.machine, 'acme', 'Bad')
  expect(provision().status).toBe(0)
  expect(lastAttempt()).toMatchObject({ state: 'failed', commit: good, wanted: bad })
  expect(here.machine.journal('--unit=tenant-provision@acme.service')).toContain('metadata.json:1:')
  expect([current(), acme()]).toEqual([good, running])
})

test('neither does one for which the disk has no room, and what there was is kept', () => {
  const running = acme()
  here.machine.write(`${repositoryOf('acme')}/metadata.json`, '{}\n')
  // No room for it a second time, when it is unpacked.
  must(`head -c 24M /dev/urandom >${repositoryOf('acme')}/containers/web/rootfs/large`)
  commit(here.machine, 'acme', 'Large')
  must(
    `fallocate --length "$(($(df --output=avail --block-size=1 ${ACME_DIR} | tail -1) - 8000000))" ${ACME_DIR}/homes/ballast`,
  )
  expect(provision().status).toBe(0)
  expect(lastAttempt()).toMatchObject({ state: 'failed', commit: good })
  expect(here.machine.journal('--unit=tenant-provision@acme.service')).toContain('No space left on device')
  expect([current(), acme()]).toEqual([good, running])
  must(`rm ${ACME_DIR}/homes/ballast ${repositoryOf('acme')}/containers/web/rootfs/large`)
  good = commit(here.machine, 'acme', 'Small again')
  expect(provision().status).toBe(0)
  expect(current()).toBe(good)
})

test('networkd restarted: nobody is cut off', async () => {
  const running = acme()
  const web = await webOf(here.machine, 'acme')
  must('systemctl restart systemd-networkd.service')
  const links = JSON.parse(must('ip -json link')) as readonly { ifname: string; master?: string }[]
  const ports = links.filter(({ master }) => master !== undefined).map(({ ifname, master }) => `${ifname} ${master}`)
  expect(ports.sort()).toEqual([
    'vb-web.acme br-acme',
    'vb-web.globex br-globex',
    'vt-infra.acme br-acme',
    'vt-infra.globex br-globex',
  ])
  expect(reached(web, [OUTSIDE.ipv4, OUTSIDE.ipv6])).toHaveLength(4)
  expect(acme()).toEqual(running)
})

test('machined restarted: it knows every machine again', () => {
  const running = acme()
  const machines = () => must('machinectl list --no-legend | cut -d" " -f1').split('\n').sort()
  expect(machines()).toHaveLength(4)
  must('systemctl restart systemd-machined.service')
  expect(machines()).toEqual(['infra.acme', 'infra.globex', 'web.acme', 'web.globex'])
  expect(acme()).toEqual(running)
})

test('a VM that is killed comes back, by itself, and alone', async () => {
  const vm = /^(\d+) qemu/m
  const [, pid] = vm.exec(acme().join('\n')) ?? []
  const others = () => acme().filter((line) => !/qemu|vmspawn|virtiofsd/.test(line))
  const running = others()
  const first = here.machine.show(INFRA('acme'), 'InvocationID').InvocationID
  must(`kill -KILL ${pid}`)
  await until(
    'the next start',
    60,
    () => here.machine.show(INFRA('acme'), 'InvocationID').InvocationID !== first || undefined,
  )
  const guest = await infraOf(here.machine, 'acme')
  expect(reached(guest, [OUTSIDE.ipv4])).toHaveLength(2)
  expect(others()).toEqual(running)
  expect(active(WEB('acme'))).toBe('active')
  expect(must('ls -d /tmp/.#vmspawn* /var/tmp/vmspawn* 2>/dev/null || true')).toBe('')
})

test('a tenant that is removed while it runs stops when it is told, and leaves nothing but its data', () => {
  here.machine.write(REGISTRY, registry(entryOf('globex')))
  must('systemctl daemon-reload')
  expect(active('tenant@acme.service')).toBe('active')
  must('systemctl stop tenant@acme.service')
  here.machine.settle()
  expect(tracesOf(here.machine, 'acme').filter((line) => !KEPT.test(line))).toEqual([])
  expect(without(inventory(here.machine), before).filter((line) => !KEPT.test(line))).toEqual([])
  expect(must(`ls ${ACME_DIR}/containers`)).toBe('web')
  expect(current()).toBe(good)
})
