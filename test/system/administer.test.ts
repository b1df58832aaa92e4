import { describe, expect, test } from 'vitest'
import { REGISTRY, registry } from './fixtures.ts'
import { useMachine } from './machine.ts'

// What an administrator asks and does: status, logs, remove.

const GUEST = `[Service]
Type=exec
ExecStart=
ExecStart=/bin/sh -c 'echo guest %i is up; exec sleep infinity'
ExecStop=
`

const TENANTS = '/var/lib/tenants'
const entryOf = (id: string) => `/etc/bitbuilder/tenants.d/${id}.json`
const guestOf = (id: string) => `tenant-container@${id}:web.service`
const release = (id: string) =>
  `${TENANTS}/${id}/extensions/sysext/tools/usr/lib/extension-release.d/extension-release.tools`

/** Says what it is called for, and does it. */
const SPY = `#!/bin/sh
echo "$*" >>/run/spied
exec /usr/bin/systemctl "$@"
`

const here = useMachine({
  installed: true,
  files: {
    '/etc/systemd/system/tenant-container@.service.d/guest.conf': GUEST,
    [REGISTRY]: registry({ id: 'beta', resources: { memory: '256M' } }),
    [entryOf('acme')]: '{"id": "acme"}',
    [release('acme')]: 'ID=_any\n',
    '/opt/spy/systemctl': SPY,
  },
  prepare: `mkdir -p ${TENANTS}/acme/containers/web/usr ${TENANTS}/beta/containers/web/usr`,
})

const run = (command: string) => here.machine.run(command)
const must = (command: string) => here.machine.must(command)

interface Status {
  readonly id: string
  readonly state: string
  readonly machines: { readonly up: number; readonly wanted: number }
  readonly address?: string
  readonly usage: { readonly cpu?: number }
  readonly units?: readonly { readonly unit: string; readonly active: string; readonly sub: string }[]
}

const statusOf = (id: string): Status => JSON.parse(run(`bitbuilder status --json ${id}`).stdout)

const idsOf = (units: readonly string[]) => units.map((unit) => here.machine.show(unit, 'InvocationID').InvocationID)

describe('status', () => {
  test('says what runs, and that all is well', () => {
    here.machine.settle()
    const { status, stdout } = run('bitbuilder status')
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 5))).toEqual([
      ['ID', 'STATE', 'MACHINES', 'REVISION', 'ADDRESS'],
      ['acme', 'active', '1/1', '-', expect.stringMatching(/^10\.[12]\.0\.1\/24$/)],
      ['beta', 'active', '1/1', '-', expect.stringMatching(/^10\.[12]\.0\.1\/24$/)],
      [''],
    ])
    expect(status).toBe(0)
  })

  test('of one tenant has its units', () => {
    const { state, machines, usage, units = [] } = statusOf('acme')
    expect({ state, machines }).toEqual({ state: 'active', machines: { up: 1, wanted: 1 } })
    expect(usage.cpu).toBeGreaterThan(0)
    const words = units.map(({ unit, active, sub }) => `${unit} ${active} ${sub}`)
    expect(words).toEqual([...words].sort())
    expect(words).toEqual(
      expect.arrayContaining([
        `${guestOf('acme')} active running`,
        'tenant-acme.slice active active',
        'tenant-network@acme.service active exited',
        'tenant@acme.service active exited',
        'var-lib-tenants-acme-sysext.mount active mounted',
      ]),
    )
    expect(must('bitbuilder status acme')).toContain(`\n${guestOf('acme')} `)
    expect(words.join()).not.toContain('beta')
  })

  test('needs one process for all tenants', () => {
    must('PATH=/opt/spy:$PATH bitbuilder status')
    expect(must('cat /run/spied').split('\n')).toHaveLength(1)
  })

  test('needs no privileges', () => {
    const { status, stdout, stderr } = run(
      'setpriv --reuid=65534 --regid=65534 --clear-groups bitbuilder status --json',
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const states = (JSON.parse(stdout) as readonly Status[]).map(({ id, state, machines }) => [id, state, machines.up])
    expect(states).toEqual([
      ['acme', 'active', 1],
      ['beta', 'active', 1],
    ])
  })

  test('tells by its exit status that something does not run, and that there is no such tenant', () => {
    must(`systemctl stop '${guestOf('beta')}'`)
    expect([run('bitbuilder status').status, run('bitbuilder status beta').status]).toEqual([3, 3])
    expect(run('bitbuilder status acme').status).toBe(0)
    expect(statusOf('beta').machines).toEqual({ up: 0, wanted: 1 })
    must('systemctl reload tenant@beta.service')
    here.machine.settle()
    expect(run('bitbuilder status').status).toBe(0)
    expect(run('bitbuilder status nobody').status).toBe(4)
  })
})

describe('logs', () => {
  test('has the machines of the tenant, what systemd says of it, and nothing of another', () => {
    const said = must('bitbuilder logs acme')
    expect(said).toContain('guest acme:web is up')
    expect(said).toContain('Finished tenant@acme.service')
    expect(said).not.toContain('beta')
  })

  test('hands options on', () => {
    expect(must('bitbuilder logs acme -n 1').split('\n')).toHaveLength(1)
    expect(must('bitbuilder logs acme --lines=2 --json').split('\n')).toHaveLength(2)
    expect(must('bitbuilder logs acme --since=+1h')).toBe('-- No entries --')
  })

  test('follows in the place of bitbuilder: what ends the one ends the other', () => {
    const { status, stdout } = run('timeout 2 bitbuilder logs acme --follow --lines=1')
    expect([status, stdout]).toEqual([124, expect.stringContaining('acme')])
    expect(must('pgrep -c journalctl || true')).toBe('0')
  })
})

describe('remove', () => {
  const others = ['tenant@beta.service', guestOf('beta'), 'tenant-network@beta.service']

  test('does nothing where a file defines several tenants, and says where', () => {
    const units = ['tenant@acme.service', ...others]
    const before = idsOf(units)
    const { status, stdout, stderr } = run('bitbuilder remove beta --purge-data')
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toContain(`${REGISTRY}:3:5: tenant 'beta' is defined here`)
    expect(idsOf(units)).toEqual(before)
  })

  test('stops the tenant, removes its entry, reloads once and keeps its data', () => {
    const before = idsOf(others)
    must('systemctl enable tenant@acme.service')
    const { status, stdout, stderr } = run('bitbuilder remove acme')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toBe(`stopping tenant@acme.service\nremoving ${entryOf('acme')}\n`)
    expect(must("systemctl list-units --all --plain --no-legend '*acme*'")).toBe('')
    expect(must('ls /run/systemd/generator /run/systemd/network /run/bitbuilder')).not.toContain('acme')
    expect(must('find /etc/systemd /etc/bitbuilder -name "*acme*"')).toBe('')
    expect(must('findmnt --list --noheadings --output TARGET; ip -brief link')).not.toContain('acme')
    expect(must(`ls ${TENANTS}/acme/containers`)).toBe('web')
    expect(idsOf(others)).toEqual(before)
  })

  test('deletes the data of a tenant without entry, and gives up its index', () => {
    must(`ln -s /etc ${TENANTS}/acme/homes/link`)
    const { status, stdout } = run('bitbuilder remove acme --purge-data')
    expect([status, stdout]).toEqual([
      0,
      expect.stringMatching(/^deleting \/var\/lib\/tenants\/acme\ngiving up index [12] of .*network\.json\n$/),
    ])
    expect(must(`ls -A ${TENANTS}`)).toBe('beta')
    expect(must('cat /var/lib/bitbuilder/network.json')).not.toContain('acme')
    expect(must('test -e /etc/passwd && echo there')).toBe('there')
    const again = run('bitbuilder remove acme')
    expect([again.status, again.stderr]).toEqual([1, expect.stringContaining('nothing of it is here')])
  })

  test('crosses no mount point', () => {
    here.machine.write(entryOf('acme'), '{"id": "acme"}')
    must(`systemctl daemon-reload && systemctl start tenant@acme.service`)
    must(`mount -t tmpfs none ${TENANTS}/acme/homes && touch ${TENANTS}/acme/homes/precious`)
    const { status, stderr } = run('bitbuilder remove acme --purge-data')
    expect([status, stderr]).toEqual([1, expect.stringContaining(`${TENANTS}/acme/homes: is mounted`)])
    expect(must(`ls ${TENANTS}/acme/homes`)).toBe('precious')
    must(`umount ${TENANTS}/acme/homes && bitbuilder remove acme --purge-data`)
    expect(must(`ls -A ${TENANTS}`)).toBe('beta')
  })

  test('keeps the data while another file of the search path still has the tenant', () => {
    here.machine.write(entryOf('acme'), '{"id": "acme"}')
    here.machine.write('/usr/lib/bitbuilder/tenants.d/acme.json', '{"id": "acme"}')
    const { status, stderr } = run('bitbuilder remove acme --purge-data')
    expect([status, stderr]).toEqual([1, expect.stringContaining("acme.json: tenant 'acme' comes with a package")])
    must(`rm ${entryOf('acme')} /usr/lib/bitbuilder/tenants.d/acme.json`)
  })

  test('killed at any point and repeated, it ends the same', () => {
    const before = idsOf(others)
    for (let round = 0; round < 8; round += 1) {
      must(`mkdir -p ${TENANTS}/acme/containers/web/usr`)
      here.machine.write(release('acme'), 'ID=_any\n')
      here.machine.write(entryOf('acme'), '{"id": "acme"}')
      must(`systemctl daemon-reload && systemctl start tenant@acme.service`)
      here.machine.settle()
      run(`timeout --signal=KILL ${(0.02 + round * 0.05).toFixed(2)} bitbuilder remove acme --purge-data`)
      const again = run('bitbuilder remove acme --purge-data')
      expect(again.status === 0 || again.stderr.includes('nothing of it is here'), again.stderr).toBe(true)
      expect(must(`ls -A ${TENANTS}; find /etc -name '*acme*'`)).toBe('beta')
      expect(must("systemctl list-units --all --plain --no-legend '*acme*'")).toBe('')
      expect(must('ls /run/systemd/generator /run/bitbuilder; findmnt --list; ip -brief link')).not.toContain('acme')
    }
    expect(idsOf(others)).toEqual(before)
  })
})
