import { describe, expect, test } from 'vitest'
import { bitbuilder } from '../../../lib/cli/cli.ts'
import { type MemoryNode, memoryHost } from '../../../lib/host/memory.ts'
import { runByName } from '../../../lib/program/by-name.ts'

const COMMIT = '0123456789abcdef0123456789abcdef01234567'
const GROUP = '/sys/fs/cgroup/tenant.slice/tenant-acme\\x2dprod.slice'
const WEB = 'tenant-vm@acme-prod:web.service'

const FILES: Readonly<Record<string, MemoryNode>> = {
  '/var/lib/bitbuilder/tenants.json': JSON.stringify({
    tenants: [
      { id: 'acme-prod' },
      { id: 'asleep', enabled: false },
      { id: 'bad', memory: 1 },
      { id: 'far', placement: { hosts: ['x'] } },
    ],
  }),
  '/var/lib/bitbuilder/network.json': JSON.stringify({ tenants: { 'acme-prod': { index: 7 } } }),
  '/var/lib/tenants/acme-prod/config': { link: `revisions/${COMMIT}` },
  '/var/lib/tenants/acme-prod/provision.json': JSON.stringify({
    state: 'failed',
    commit: COMMIT,
    problems: [{ severity: 'error', at: { file: 'https://git.example', line: 0, column: 0 }, message: 'is away' }],
  }),
  [`/run/systemd/generator/${WEB}`]: { link: '/x' },
  '/run/systemd/generator/tenant-infra@acme-prod.service': { link: '/x' },
  [`${GROUP}/memory.current`]: `${3 << 20}\n`,
  [`${GROUP}/memory.max`]: `${1 << 30}\n`,
  [`${GROUP}/pids.current`]: '12\n',
  [`${GROUP}/cpu.stat`]: 'usage_usec 61500000\nuser_usec 1\n',
}

const LISTED = [
  { unit: 'tenant@acme-prod.service', active: 'active' },
  { unit: WEB, active: 'active' },
  { unit: 'tenant-infra@acme-prod.service', active: 'failed' },
  { unit: 'tenant@gone.service', active: 'active' },
  { unit: 'tenant@asleep.service', active: 'inactive' },
]

const SHOWN = [
  ['tenant@acme-prod.service', 'active', 'exited', 'success', 'Sun 2026-11-22 02:00:00 UTC'],
  ['tenant-infra@acme-prod.service', 'failed', 'failed', 'timeout', 'Sun 2026-11-22 02:01:00 UTC'],
  ['tenant-layers@acme-prod.service', 'inactive', 'dead', 'success', ''],
]

const answers = (command: readonly string[]): string => {
  if (command.includes('list-units')) return JSON.stringify(LISTED)
  if (command.includes('show'))
    return SHOWN.map(
      ([unit, active, sub, result, since]) =>
        `Id=${unit}\nActiveState=${active}\nSubState=${sub}\nResult=${result}\nStateChangeTimestamp=${since}\n`,
    ).join('\n')
  return JSON.stringify({ DHCPServer: { Leases: [{ Address: [10, 7, 0, 16], Hostname: 'we\u001bb' }, 'x'] } })
}

const run = (args: readonly string[], files = FILES) => {
  const host = memoryHost(files, { run: (command) => ({ status: 0, stdout: answers(command), stderr: '' }) })
  const status = runByName(host, ['status', ...args], { bitbuilder })
  return { status, out: host.printed.join(''), err: host.logged.map(({ line }) => line), commands: host.commands }
}

describe('status', () => {
  test('has a line for each tenant, and one for each that runs without an entry', () => {
    const { status, out, commands } = run([])
    expect(out).toMatchInlineSnapshot(`
      "ID         STATE      MACHINES  REVISION      ADDRESS      MEMORY        CPU      PROBLEMS
      acme-prod  active     1/2       0123456789ab  10.7.0.1/24  3.0M of 1.0G  1min 1s  1
      asleep     inactive   0/0       -             -            -             -        -
      bad        refused    0/0       -             -            -             -        1
      far        elsewhere  0/0       -             -            -             -        -
      gone       active     0/0       -             -            -             -        1
      "
    `)
    expect([status, commands.length]).toEqual([3, 1])
  })

  test('of one has its units, leases and problems, whatever a guest calls itself', () => {
    const { status, out } = run(['acme-prod'])
    expect(out).toMatchInlineSnapshot(`
      "Tenant    acme-prod
      State     active
      Machines  1 of 2 up
      Revision  0123456789abcdef0123456789abcdef01234567, the last attempt failed
      Address   10.7.0.1/24
      Memory    3.0M of 1.0G
      CPU       1min 1s
      Tasks     12
      Lease     10.7.0.16 we\\x1bb

      UNIT                            STATE             SINCE
      tenant-infra@acme-prod.service  failed (timeout)  Sun 2026-11-22 02:01:00 UTC
      tenant@acme-prod.service        active (exited)   Sun 2026-11-22 02:00:00 UTC

      PROBLEMS
      https://git.example: is away
      "
    `)
    expect(status).toBe(3)
  })

  test.each([
    ['asleep', 3],
    ['far', 3],
    ['gone', 0],
    ['nobody', 4],
  ])('of %s ends with %d', (id, status) => {
    expect(run([id]).status).toBe(status)
  })

  test('is well when what should run does', () => {
    const files = { ...FILES, '/var/lib/bitbuilder/tenants.json': '{"tenants": [{"id": "asleep", "enabled": false}]}' }
    delete (files as Record<string, unknown>)['/run/systemd/generator/tenant-infra@acme-prod.service']
    expect(run([], files).status).toBe(0)
  })

  test('--json counts in bytes and seconds', () => {
    const [acme] = JSON.parse(run(['--json']).out)
    expect(acme).toMatchObject({
      id: 'acme-prod',
      state: 'active',
      isDown: true,
      machines: { up: 1, wanted: 2 },
      revision: COMMIT,
      address: '10.7.0.1/24',
      usage: { memory: 3 << 20, memoryMax: 1 << 30, cpu: 61.5, tasks: 12 },
    })
  })
})
