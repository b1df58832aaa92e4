import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ENGINES, type Engine } from '../support/engines.ts'
import { temporaryDir } from '../support/materialise.ts'
import { callApart, linkProgram } from './packed.ts'

const REGISTRY = {
  tenants: [
    { id: 'acme', description: 'żółw \u{1f600}', infra: { enabled: false } },
    { id: 'remote', repository: { url: 'git://git.example/remote.git' } },
    { id: 'bad', enabled: 7 },
  ],
}

/** Stands for systemctl(1), networkctl(1), journalctl(1), nft(8) and udevadm(8): keeps how it was called, and answers what the case wants. */
const FAKE = `#!/bin/sh
printf '%s' "\${0##*/}" >>/run/calls
printf ' [%s]' "$@" >>/run/calls
echo >>/run/calls
case $1 in
  show) cat /run/answer ;;
  list-units) echo '[{"unit":"tenant@acme.service","active":"active"},{"unit":"tenant@gone.service","active":"active"}]' ;;
  status) echo '{"DHCPServer":{"Leases":[{"Address":[10,1,0,20],"Hostname":"web\\u001b[1m"}]}}' ;;
  --follow) grep SigIgn /proc/self/status; exit 9 ;;
  is-system-running) exit 1 ;;
  reload) echo 'Failed to reload: no networkd' >&2; exit 1 ;;
esac
`

/** As systemctl show has it. */
const UNITS = `Id=var-lib-tenants-acme-sysext.mount
ActiveState=active
FragmentPath=/run/systemd/generator/x.mount
PartOf=tenant@acme.service
BindsTo=

Id=tenant-vm@acme:web.service
ActiveState=active
FragmentPath=/usr/lib/systemd/system/tenant-vm@.service
PartOf=
BindsTo=

Id=tenant-acme.slice
ActiveState=active
FragmentPath=
PartOf=
BindsTo=
`

/** In this order, one after the other on the same machine. */
const STEPS = [
  'tenant-provision acme',
  'tenant-provision acme',
  'tenant-provision remote',
  'tenant-provision bad',
  'tenant-provision nobody',
  'tenant-provision ../acme',
  'tenant-layers acme',
  'tenant-layers acme',
  'tenant-layers --stop acme',
  'tenant-layers',
  'tenant-manager acme',
  'tenant-generator /run/systemd/generator',
  'mount-generator /run/systemd/generator',
  'tenant-manager acme',
  'tenant-cleanup acme',
  'setup-tenant-network acme',
  'teardown-tenant-network acme',
  'tenant-isolation',
  'tenant-isolation x',
  'tenants-late',
  'tenants-late now',
  'bitbuilder plan acme',
  'bitbuilder plan acme --json',
  'bitbuilder plan remote',
  'bitbuilder plan bad',
  'bitbuilder plan nobody',
  'bitbuilder status',
  'bitbuilder status --json',
  'bitbuilder status acme',
  'bitbuilder status acme --json',
  'bitbuilder status gone',
  'bitbuilder status nobody',
  'bitbuilder logs acme -f --since=-1h -n 3',
  'bitbuilder remove acme',
  'bitbuilder remove dropped',
  'bitbuilder remove dropped --purge-data',
] as const

/** With a /run and a /var/lib of its own; all that is there in the end is printed, but for inodes and times. */
const script = (steps: readonly string[]): string => `
  cd "$1"
  mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/lib
  cp -r seed/. / && mkdir -p /run/systemd/generator
  PATH=$1/fake:$PATH
  export PATH
  ${steps.map((step) => `echo '== ${step}'; bin/$2/${step} 2>&1 || echo "-> $?"`).join('\n')}
  echo '== calls'; cat /run/calls
  cd / && for file in $(find run var/lib -name 'answer' -o -name 'calls' -o -printf '%p:%y:%m:%U:%G:%l\\n' | sort); do
    echo "== $file"
    file=\${file%%:*}; [ ! -f "$file" ] || [ -L "$file" ] || cat "$file"
  done
`

/** What every step said, and what is there in the end. */
const play = (engine: Engine, steps: readonly string[]): string => {
  using dir = temporaryDir()
  for (const [path, text, mode] of [
    ['seed/var/lib/bitbuilder/tenants.d/dropped.json', '{"id": "dropped"}', 0o644],
    ['seed/var/lib/bitbuilder/tenants.json', JSON.stringify(REGISTRY), 0o644],
    [
      'seed/var/lib/tenants/acme/extensions/sysext/tools/usr/lib/extension-release.d/extension-release.tools',
      'ID=_any\n',
    ],
    ['seed/var/lib/tenants/acme/extensions/sysext/image.raw', `hsqs${'\0'.repeat(4092)}`],
    ['seed/run/answer', UNITS, 0o644],
    ['fake/systemctl', FAKE, 0o755],
  ] as const) {
    mkdirSync(`${dir.path}/${path.slice(0, path.lastIndexOf('/'))}`, { recursive: true })
    writeFileSync(`${dir.path}/${path}`, text, { mode })
  }
  for (const name of ['journalctl', 'networkctl', 'nft', 'udevadm'])
    symlinkSync('systemctl', `${dir.path}/fake/${name}`)
  for (const step of steps) linkProgram(dir.path, engine, step.split(' ')[0] as string)
  const { status, stdout, stderr } = callApart(script(steps), [dir.path, engine], {}, { encoding: 'latin1' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}

describe('what units start', () => {
  const played = new Map(ENGINES.map((engine) => [engine, '']))

  test.each(ENGINES)('runs on the %s engine', (engine) => {
    const said = play(engine, STEPS)
    played.set(engine, said)
    expect(said).not.toMatch(/internal|Error/)
    // One of each kind: done, refused, called wrongly, and a program that fails.
    expect(said).toContain('== tenant-provision acme\n== tenant-provision acme\n== tenant-provision remote\n')
    expect(said).toContain("repository.url: 'git' is not among Protocols=https ssh file\n-> 1\n")
    expect(said).toMatch(/== tenant-provision \.\.\/acme\n.*usage.*\n-> 2\n/)
    expect(said).toContain('networkctl reload: failed with status 1: Failed to reload: no networkd\n-> 1\n')
    expect(said).toContain(
      'systemctl [stop] [--] [tenant-vm@acme:web.service]\nsystemctl [stop] [--no-block] [--] [tenant-acme.slice]\n',
    )
    expect(said).toContain('systemctl [start] [--no-block] [--] [tenants.target]\n')
    expect(said).toContain('== var/lib/tenants/acme/machines:d:700:0:0:\n')
    // logs is journalctl, in its own words; SIGPIPE is 13.
    expect(said).toMatch(/-n 3\nSigIgn:\t0000000000000000\n-> 9\n/)
    expect(said).toContain('journalctl [--follow] [--lines=3] [--since=-1h] [--unit=tenant@acme.*]')
    expect(said).toMatch(/^stop +tenant-vm@acme:web\.service +is not wanted any more$/m)
    expect(said).toContain('10.1.0.20 web\\x1b[1m')
    expect(said).toMatch(/== bitbuilder status nobody\n.*\n-> 4\n== /)
    expect(said).toMatch(
      /== bitbuilder remove acme\n\/var\/lib\/bitbuilder\/tenants\.json:1:\d+: tenant 'acme' is defined here/,
    )
  })

  test('does and says the same on both, and leaves the same behind', () => {
    expect(played.get('native')).not.toBe('')
    expect(played.get('native')).toBe(played.get('portable'))
  })
})
