import { describe, expect, test } from 'vitest'
import { ACME_PROD, CONFEXT_MOUNT, networkdScript, REGISTRY, registry, SYSEXT_MOUNT, TENANT123 } from './fixtures.ts'
import { type Files, useMachine } from './machine.ts'
import { ORIGINALS } from './originals.ts'

// Each row of what could not be kept to the letter: what systemd makes of the original, and of ours.

const TENANT = '/var/lib/tenants/tenant123'

/** One extension, laid out for each: the original takes the directory itself for a layer. */
const EXTENSION: Files = {
  [`${TENANT}/extensions/sysext/tools/usr/lib/extension-release.d/extension-release.tools`]: 'ID=debian\n',
  [`${TENANT}/extensions/sysext/tools/usr/bin/arch`]: '#!/bin/sh\necho from the extension\n',
  [`${TENANT}/extensions/confext/site/etc/extension-release.d/extension-release.site`]: 'ID=debian\n',
  [`${TENANT}/extensions/confext/site/etc/site.conf`]: 'site\n',
}

/** The second entry has no id: somebody forgot it. */
const SHARED: Files = { ...EXTENSION, [REGISTRY]: registry(TENANT123, ACME_PROD, { description: 'no id' }) }

const originals = useMachine({
  files: { ...SHARED, ...ORIGINALS },
  prepare: `mkdir -p /var/lib/tenants/acme-prod
${networkdScript}`,
})
const ours = useMachine({ files: SHARED, installed: true, prepare: networkdScript })

/** A property of a unit of the original host, and of ours. */
const both = (unit: string, property: string) => [
  originals.machine.show(unit, property)[property],
  ours.machine.show(unit, property)[property],
]

describe('[Install] in a generated unit', () => {
  test('cannot be enabled, a link to a shipped template can', () => {
    const refused = originals.machine.run('systemctl enable tenant@tenant123.service')
    expect(refused.status).not.toBe(0)
    expect(refused.stderr).toMatch(/transient or generated/)
    expect(ours.machine.run('systemctl enable --now tenant@tenant123.service')).toMatchObject({ status: 0 })
  })

  test('pulls nothing in, so a tenant of the original starts without its network and its mounts', () => {
    originals.machine.must('systemctl start tenant@tenant123.service')
    expect(both('tenant@tenant123.service', 'ActiveState')).toEqual(['active', 'active'])
    expect(both('tenant-network@tenant123.service', 'ActiveState')).toEqual(['inactive', 'active'])
    expect(both(SYSEXT_MOUNT, 'ActiveState')).toEqual(['inactive', 'active'])
  })

  test('starts nothing at boot', () => {
    expect(originals.machine.show('multi-user.target', 'Wants').Wants).not.toContain('tenant@')
    expect(ours.machine.show('tenants.target', 'Wants').Wants).toContain('tenant@acme-prod.service')
    expect(ours.machine.show('tenant@acme-prod.service', 'ActiveState').ActiveState).toBe('active')
  })
})

describe('the mounts', () => {
  /** What the original's unit would mount, mounted by hand on `at`. */
  const mountOriginal = (unit: string, at: string): void => {
    const text = originals.machine.must(`cat /run/systemd/generator/${unit}`)
    const options = /^Options=(.*)$/m.exec(text)?.[1] ?? ''
    const [upper, work] = ['upperdir', 'workdir'].map((key) => new RegExp(`${key}=([^,]*)`).exec(options)?.[1])
    originals.machine.must(`mkdir -p ${upper} ${work} ${at} && mount -t overlay overlay -o '${options}' ${at}`)
  }

  test('Where= has to match the name of the unit', () => {
    expect(both(SYSEXT_MOUNT, 'LoadState')).toEqual(['bad-setting', 'loaded'])
    expect(both(CONFEXT_MOUNT, 'LoadState')).toEqual(['bad-setting', 'loaded'])
    expect(originals.machine.journal()).toMatch(/Where= setting doesn't match unit name/)
  })

  test('the leftmost lower directory wins: behind /usr no extension is seen, and its tree lies a level too low', () => {
    mountOriginal(SYSEXT_MOUNT, '/mnt/sysext')
    expect(originals.machine.run('grep -q "from the extension" /mnt/sysext/bin/arch').status).toBe(1)
    expect(originals.machine.must('ls -d /mnt/sysext/tools/usr/bin/arch')).toBeTruthy()
    expect(ours.machine.must(`cat ${TENANT}/sysext/bin/arch`)).toContain('from the extension')
    expect(ours.machine.run(`ls -d ${TENANT}/sysext/tools`).status).not.toBe(0)
  })

  test("the host's /etc as a lower directory shows its shadow to the tenant", () => {
    mountOriginal(CONFEXT_MOUNT, '/mnt/confext')
    expect(originals.machine.must('cat /mnt/confext/shadow')).toMatch(/^root:/m)
    expect(ours.machine.must(`ls -A ${TENANT}/confext`)).toBe('extension-release.d\nsite.conf')
  })

  test('an upper directory below its own mount point cannot be told from what it is laid over', () => {
    originals.machine.must('umount /mnt/sysext')
    mountOriginal(SYSEXT_MOUNT, `${TENANT}/overlay/usr`)
    originals.machine.must(`echo changed >${TENANT}/overlay/usr/share/changed`)
    expect(originals.machine.must(`ls ${TENANT}/overlay/usr`).split('\n').length).toBeGreaterThan(3)
    ours.machine.must(`echo changed >${TENANT}/sysext/share/changed`)
    expect(ours.machine.must(`cd ${TENANT}/overlay/usr && find . -type f`)).toBe('./share/changed')
  })

  test('a dash in an id is a directory in the name of a mount unit', () => {
    const where = originals.machine.must('systemd-escape --unescape --path var-lib-tenants-acme-prod-sysext')
    expect(where).toBe('/var/lib/tenants/acme/prod/sysext')
    expect(originals.machine.must('ls /run/systemd/generator')).toContain('var-lib-tenants-acme-prod-sysext.mount')
    const slice = ours.machine.show('tenant@acme-prod.service', 'Slice').Slice ?? ''
    expect(ours.machine.show(slice, 'Slice').Slice).toBe('tenant.slice')
    expect(ours.machine.must('systemctl cat tenant@acme-prod.service')).not.toMatch(/%I/)
  })
})

describe('a tenant', () => {
  test('without an id is the tenant null of the original; ours says what is missing', () => {
    expect(originals.machine.show('tenant@null.service', 'LoadState').LoadState).toBe('loaded')
    expect(ours.machine.show('tenant@null.service', 'LoadState').LoadState).toBe('loaded')
    expect(ours.machine.must('ls /run/systemd/generator')).not.toContain('null')
    const status = ours.machine.run('systemctl status --no-pager --full tenants-registry.service').stdout
    expect(status).toMatch(/\/var\/lib\/bitbuilder\/tenants\.json:\d+:\d+: .*id/)
  })

  /** Another registry for a while. */
  const withRegistry = (text: string, work: () => void): void => {
    const machines = [originals.machine, ours.machine]
    const reload = (registry: string) => {
      for (const machine of machines) machine.write(REGISTRY, registry)
      for (const machine of machines) machine.must('systemctl daemon-reload')
    }
    try {
      reload(text)
      work()
    } finally {
      reload(SHARED[REGISTRY] as string)
    }
  }

  test('costs the others everything when its entry is not JSON; ours lose nothing', () => {
    ours.machine.write('/etc/bitbuilder/tenants.d/good.json', '{ "id": "good" }\n')
    withRegistry('{ "tenants": [ { "id": "fine" }, { "id": ] }\n', () => {
      expect(originals.machine.must('ls /run/systemd/generator')).not.toContain('tenant@')
      expect(ours.machine.must('ls /run/systemd/generator')).toContain('tenant@good.service')
      expect(ours.machine.show('tenants-registry.service', 'Description').Description).toMatch(/tenants\.json:1:\d+:/)
    })
  })

  test('writes directives by its id under the original; ours refuses the id', () => {
    const injected = "grep --recursive --files-with-matches '^User=nobody' /run/systemd/generator"
    withRegistry(registry({ id: 'x\nUser=nobody' }, { id: 'fine' }), () => {
      expect(originals.machine.run(injected).status).toBe(0)
      expect(ours.machine.run(injected)).toMatchObject({ status: 1, stdout: '' })
      expect(ours.machine.must('ls /run/systemd/generator')).toContain('tenant@fine.service')
    })
  })

  test('of the original keeps a process of its own for nothing, ours keeps none', () => {
    const processes = (machine: typeof ours.machine): string => {
      const { ControlGroup: group = '' } = machine.show('tenant@tenant123.service', 'ControlGroup')
      return machine.run(`cat /sys/fs/cgroup${group || '/none'}/cgroup.procs`).stdout.trim()
    }
    expect(processes(originals.machine)).not.toBe('')
    expect(processes(ours.machine)).toBe('')
    expect(both('tenant@tenant123.service', 'ActiveState')).toEqual(['active', 'active'])
  })

  test("'s machine is started with options that systemd-vmspawn has", () => {
    const known = originals.machine.must('systemd-vmspawn --help')
    const options = (text: string) => text.replaceAll(/^ExecStop=.*$/gm, '').match(/--[a-z-]+(?==)/g) ?? []
    const used = (machine: typeof ours.machine, file: string) =>
      options(machine.must(`cat ${file}`)).filter((option) => !known.includes(option))
    expect(used(originals.machine, '/run/systemd/generator/tenant-infra@tenant123.service')).toEqual([
      '--network-bridge',
      '--setenv',
    ])
    expect(used(ours.machine, '/usr/lib/systemd/system/tenant-infra@.service')).toEqual([])
    expect(used(ours.machine, '/usr/lib/systemd/system/tenant-vm@.service')).toEqual([])
  })
})

test('a generator that reloads the daemon waits for itself; ours are done in no time', () => {
  originals.machine.must(`printf '#!/bin/sh\ntimeout 5 systemctl daemon-reload; echo $? >/run/inner\n' >/run/reloads
    mkdir -p /run/systemd/system-generators && install -m 755 /run/reloads /run/systemd/system-generators/reloads`)
  originals.machine.must('systemctl daemon-reload')
  expect(originals.machine.must('cat /run/inner')).toBe('124')
  const start = performance.now()
  ours.machine.must('timeout 5 systemctl daemon-reload')
  expect(performance.now() - start).toBeLessThan(5000)
})
