import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { EXPOSURE } from './exposure.ts'
import { BROKEN, BROKEN_FILE, EXTENSIONS, imagesScript, REGISTRY, registry } from './fixtures.ts'
import { useMachine } from './machine.ts'
import { debFile } from './product.ts'
import { type Finished, must, run } from './run.ts'

const TENANTS = '/var/lib/tenants'

/** One tenant with everything that makes a generator write: it need not start, only be understood. */
const here = useMachine({
  installed: true,
  files: {
    ...EXTENSIONS,
    [REGISTRY]: registry(
      {
        id: 'tenant123',
        enabled: false,
        description: '100 % "quoted" $HOME \\n and it\'s fine',
        resources: { cpu: 2, memory: '2G', tasks: 4096, ioWeight: 200 },
        infra: { cpu: 2, memory: '1G', kernel: 'infra/vmlinuz', initrd: 'infra/initrd' },
      },
      { id: 'acme-prod', enabled: false },
      { id: 'twice' },
      { id: 'twice' },
      { description: 'no id' },
    ),
    [BROKEN_FILE]: BROKEN,
    '/etc/bitbuilder/tenants.d/nonsense.json': '{\n',
    [`${TENANTS}/tenant123/infra/rootfs/usr/lib/os-release`]: 'ID=debian\n',
    [`${TENANTS}/tenant123/machines/web-1/etc/os-release`]: 'ID=debian\n',
    [`${TENANTS}/tenant123/machines/db.raw`]: '',
    [`${TENANTS}/tenant123/containers/cache/etc/os-release`]: 'ID=debian\n',
  },
  prepare: imagesScript,
})

const tree = () => join(here.machine.scratch, 'verify')
const generated = () => join(tree(), 'generated')

/** `systemd-analyze verify` takes FILE:ALIAS, so a machine's unit is verified under a name without its colon. */
const WITHOUT_COLON = 'for unit in *:*; do [ -e "$unit" ] && mv "$unit" "$(echo "$unit" | tr : _)"; done'

const LIST = `find . -mindepth 1 -maxdepth 1 -not -type d \\( -name 'tenant*' -o -name '*bitbuilder*' \\) | sort`

/** Verifies everything in a directory by its path, as it must be for units that are not where systemd looks. */
const VERIFY = `${WITHOUT_COLON}; systemd-analyze verify --man=no $(${LIST} | sed "s|^\\.|$PWD|")`

/** Every line on standard error is a failure: an older systemd exits with 0 where it does not know a key. */
const complaints = ({ status, stderr }: Finished): readonly string[] => [
  ...stderr.split('\n').filter((line) => line !== ''),
  ...(status === 0 ? [] : [`exit status ${status}`]),
]

/** Of systemd 254 to 257, the oldest that will do: what the one on this host need not know. */
const NEWER =
  /^\S+tenant-(?:infra|vm|container|provision)@\.service:\d+: Unknown key '(?:RestartSteps|RestartMaxDelaySec|DelegateSubgroup|PrivatePIDs)' in section \[Service\], ignoring\.$/

beforeAll(() => {
  mkdirSync(generated(), { recursive: true })
  must(['dpkg-deb', '--extract', debFile(), join(tree(), 'root')])
  // A copy, since names change in it. The generators' own output stays.
  const tar = here.machine.must('tar -C /run/systemd/generator -c . | base64 -w0')
  must(['tar', '-C', generated(), '-x'], { input: Buffer.from(tar, 'base64') })
})

test('the generators wrote every kind of unit that they can write', () => {
  const kinds = must(['sh', '-c', `cd ${generated()} && ${LIST}`])
  for (const kind of [
    'tenant@tenant123.service',
    'tenant-network@tenant123.service',
    'tenant-infra@tenant123.service',
    'tenant-vm@tenant123:web-1.service',
    'tenant-vm@tenant123:db.service',
    'tenant-container@tenant123:cache.service',
    'tenant-tenant123.slice',
    String.raw`tenant-acme\x2dprod.slice`,
    'tenant@broken.service',
    'tenants-registry.service',
  ]) {
    expect(kinds.split('\n')).toContain(`./${kind}`)
  }
  expect(must(['find', generated(), '-name', '*.mount'])).toMatch(/tenant123-sysext-squash\.mount/)
})

describe('systemd-analyze verify', () => {
  const everyMount = LIST.replace("-name '*bitbuilder*'", "-name '*.mount'")

  test('of the systemd in the machine finds nothing wrong with what is generated', () => {
    const copy = '/run/systemd/generator.late'
    const verify = VERIFY.replace(LIST, everyMount)
    here.machine.must(`mkdir -p ${copy} && cp -a /run/systemd/generator/. ${copy}`)
    const verified = here.machine.run(`cd ${copy} && ${verify}`)
    expect(complaints(verified)).toEqual([])
  })

  test('would find a mistake', () => {
    const bad = '[Unit]\\nRequiresMountFor=/\\n[Service]\\nExecStart=/usr/bin/absent\\n'
    here.machine.must(`mkdir -p /run/bad && cd /run/bad && printf '${bad}' >tenant-bad.service`)
    const verified = here.machine.run(`cd /run/bad && ${VERIFY}`)
    expect(verified.stderr).toMatch(/RequiresMountFor/)
    expect(verified.stderr).toMatch(/usr.bin.absent/)
  })

  test('of the systemd in the machine finds nothing wrong with what is shipped', () => {
    const verified = here.machine.run(`cd /usr/lib/systemd/system && systemd-analyze verify --man=no $(${LIST})`)
    expect(complaints(verified)).toEqual([])
  })

  test('of an older systemd on this host finds nothing wrong with either', () => {
    const script = `
      mkdir -p ${tree()}/work ${tree()}/root/usr/bin
      # vmspawn came with systemd 255; what is verified here is the unit.
      [ -e /usr/bin/systemd-vmspawn ] || printf '#!/bin/sh\\n' >${tree()}/root/usr/bin/systemd-vmspawn
      chmod +x ${tree()}/root/usr/bin/* 2>/dev/null
      mount -t overlay overlay -o lowerdir=${tree()}/root/usr:/usr /usr
      mkdir -p /run/systemd && mount -t tmpfs tmpfs /run/systemd
      mkdir -p /run/systemd/generator && cp -a ${generated()}/. /run/systemd/generator
      cd /run/systemd/generator && ${VERIFY.replace(LIST, everyMount)} &&
      cd /usr/lib/systemd/system && systemd-analyze verify --man=no $(${LIST})`
    writeFileSync(join(tree(), 'verify.sh'), script)
    const verified = run(['unshare', '-m', '--propagation', 'private', 'sh', join(tree(), 'verify.sh')])
    expect(complaints(verified).filter((line) => !NEWER.test(line))).toEqual([])
  })
})

describe('systemd-analyze security', () => {
  const SHIPPED = '/usr/lib/systemd/system'

  /** `→ Overall exposure level for tenant@test_instance.service: 1.7 OK`; undefined where it says something else. */
  const exposureOf = (unit: string): number | undefined => {
    const { stdout } = here.machine.run(['systemd-analyze', 'security', '--offline=true', '--no-pager', unit])
    const found = /exposure level for \S+: (\d+\.\d)/.exec(stdout)
    return found === null ? undefined : Number(found[1])
  }

  test('finds no shipped service more exposed than it was', () => {
    const services = here.machine.must(`dpkg -L bitbuilder | grep '^${SHIPPED}/.*\\.service$'`).split('\n')
    const found = services.map((path) => [path.slice(SHIPPED.length + 1), exposureOf(path)] as const)
    // One that is not in the table has no limit, and is above it.
    expect(found.filter(([unit, level]) => !(level !== undefined && level <= (EXPOSURE[unit] ?? -1)))).toEqual([])
    expect(Object.keys(EXPOSURE).sort()).toEqual(found.map(([unit]) => unit).sort())
  })

  test('would find one that lost a setting', () => {
    here.machine.must(
      `grep -v ^RestrictNamespaces= ${SHIPPED}/bitbuilder-late.service >/run/bad/bitbuilder-late.service`,
    )
    expect(exposureOf('/run/bad/bitbuilder-late.service')).toBeGreaterThan(EXPOSURE['bitbuilder-late.service'] ?? 10)
  })
})

test('every unit of ours is loaded without complaint', () => {
  const names = must(['sh', '-c', `cd ${generated()} && ${LIST}`])
    .split('\n')
    .filter((name) => name !== '')
    .map((name) => name.slice(2))
  for (const name of names) {
    expect([name, here.machine.show(name, 'LoadState').LoadState]).toEqual([name, 'loaded'])
  }
})
