import { expect, test } from 'vitest'
import { ACME_PROD, networkdScript, REGISTRY, registry } from './fixtures.ts'
import { useMachine } from './machine.ts'

// What doctor says against what the machine has.

const here = useMachine({
  installed: true,
  files: { [REGISTRY]: registry(ACME_PROD, { id: 'guest', enabled: false, infra: { enabled: true } }) },
  prepare: networkdScript,
})

interface Result {
  readonly name: string
  readonly state: string
  readonly detail: string
  readonly neededBy?: string
}

const examine = () => {
  const { status, stdout } = here.machine.run('bitbuilder doctor --json')
  const { checks } = JSON.parse(stdout) as { checks: readonly Result[] }
  return { status, of: (name: string) => checks.find((check) => check.name === name) }
}

/** Without a program for as long as it takes to look. */
const examineWithout = (program: string) => {
  here.machine.must(`mv ${program} ${program}.away`)
  try {
    return examine()
  } finally {
    here.machine.must(`mv ${program}.away ${program}`)
  }
}

test('nothing that its tenants need is missing where tenants run', () => {
  expect(here.machine.show('tenant@acme-prod.service', 'ActiveState').ActiveState).toBe('active')
  const { status, of } = examine()
  expect(of('systemd')).toMatchObject({
    state: 'ok',
    detail: /\d+/.exec(here.machine.must('systemctl --version'))?.[0],
  })
  for (const name of [
    'generators',
    '/var',
    'networkd',
    'nftables',
    'iproute2',
    'bridge',
    'nspawn',
    'vmspawn',
    'qemu',
    'tun',
  ])
    expect([name, of(name)?.state]).toEqual([name, 'ok'])
  expect(status).toBe(0)
})

test.each([
  ['nftables', '/usr/sbin/nft', 'acme-prod'],
  ['vmspawn', '/usr/bin/systemd-vmspawn', 'guest'],
  ['virtiofsd', '/usr/libexec/virtiofsd', 'guest'],
  ['generators', '/usr/lib/systemd/system-generators/mount-generator', 'acme-prod'],
])('%s without %s is missing, and tenant %s needs it', (name, program, neededBy) => {
  const { status, of } = examineWithout(program)
  expect(of(name)).toMatchObject({ state: 'missing', neededBy })
  expect(status).toBe(1)
})

test('what no tenant needs is a warning', () => {
  const { status, of } = examineWithout('/usr/bin/wg')
  expect([of('wireguard')?.state, status]).toEqual(['warning', 0])
})

test('a generator that is masked is missing', () => {
  const mask = '/etc/systemd/system-generators/tenant-generator'
  here.machine.must(`mkdir -p $(dirname ${mask}) && ln -s /dev/null ${mask}`)
  const { of } = examine()
  here.machine.must(`rm ${mask}`)
  expect(of('generators')?.detail).toContain(mask)
})

test('looking leaves nothing behind', () => {
  const links = () =>
    here.machine.must('ip -brief link | cut -d" " -f1; cat /proc/modules | cut -d" " -f1; nft list tables')
  const before = links()
  examine()
  expect(links()).toBe(before)
})
