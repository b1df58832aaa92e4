import { describe, expect, test } from 'vitest'
import { networkdScript, REGISTRY, registry } from './fixtures.ts'
import { type Files, type Machine, useMachine } from './machine.ts'
import { ORIGINALS } from './originals.ts'

// /var is a file system of its own, mounted in the boot: when the generators run there is nothing in it.

const TENANTS = '/var/lib/tenants'

const LATE_VAR: Files = {
  '/etc/systemd/system/var.mount': `[Unit]
Description=A /var that comes late

[Mount]
What=/var.late
Where=/var
Type=none
Options=bind
`,
  // Held back, so that nobody can be early by chance.
  '/etc/systemd/system/var.mount.d/wait.conf': '[Unit]\nRequires=wait.service\nAfter=wait.service\n',
  '/etc/systemd/system/wait.service': `[Unit]
DefaultDependencies=no

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/sleep 1
`,
  [REGISTRY]: registry({ id: 'of-var' }),
  [`${TENANTS}/of-etc/extensions/sysext/tools/usr/lib/extension-release.d/extension-release.tools`]: 'ID=debian\n',
  [`${TENANTS}/of-etc/extensions/sysext/tools/usr/share/late`]: 'late\n',
}

const OF_ETC = '/etc/bitbuilder/tenants.d/of-etc.json'

/** Moves what is in /var to where the mount finds it. */
const moveVar = `
mkdir -p /etc/systemd/system/local-fs.target.requires
ln -s ../var.mount /etc/systemd/system/local-fs.target.requires/
cp -a /var /var.late
find /var -mindepth 1 -delete`

const ours = useMachine({
  installed: true,
  files: { ...LATE_VAR, [OF_ETC]: '{ "id": "of-etc" }\n' },
  prepare: `${networkdScript}\n${moveVar}`,
})

/** Monotonic microseconds at which a unit became active in this boot. */
const activeAt = (machine: Machine, unit: string): number =>
  Number(machine.show(unit, 'ActiveEnterTimestampMonotonic').ActiveEnterTimestampMonotonic)

/** Until the late start is over, and what it started is up. */
const settled = (machine: Machine): void => {
  machine.must(`timeout 60 sh -c '
    until systemctl show --property=ActiveState --value bitbuilder-late.service | grep -qx inactive; do sleep 0.1; done'`)
  machine.settle()
}

describe('a late /var', () => {
  test('lets tenants of /etc start within the boot and those of /var after it', () => {
    const { machine } = ours
    settled(machine)
    expect(machine.must('findmnt --noheadings --output SOURCE /var')).toContain('[/var.late]')
    for (const id of ['of-etc', 'of-var']) {
      expect(machine.show(`tenant@${id}.service`, 'ActiveState')).toEqual({ ActiveState: 'active' })
    }
    const [early, boot, late] = ['tenant@of-etc.service', 'multi-user.target', 'tenant@of-var.service'].map((unit) =>
      activeAt(machine, unit),
    ) as [number, number, number]
    expect(early).toBeLessThan(boot)
    expect(late).toBeGreaterThan(boot)
  })

  test('mounts the extensions that lie in it once it is there', () => {
    expect(ours.machine.must(`cat ${TENANTS}/of-etc/sysext/share/late`)).toBe('late')
  })

  test('stops no boot: local-fs.target and multi-user.target are reached, without a cycle or a lost job', () => {
    const { machine } = ours
    expect(
      ['local-fs.target', 'multi-user.target', 'tenants.target'].map((unit) => activeAt(machine, unit) > 0),
    ).toEqual([true, true, true])
    expect(machine.must('systemctl is-system-running')).toBe('running')
    expect(machine.journal()).not.toMatch(/ordering cycle|deleted to break|Job .* cancel/i)
  })

  test('comes late again after a reboot, with the same outcome', async () => {
    expect(await ours.machine.reboot()).toBe('running')
    settled(ours.machine)
    expect(ours.machine.show('tenant@of-var.service', 'ActiveState')).toEqual({ ActiveState: 'active' })
    expect(ours.machine.must('systemctl is-system-running')).toBe('running')
  })

  describe('under the originals', () => {
    const originals = useMachine({
      files: { ...LATE_VAR, ...ORIGINALS },
      prepare: `${networkdScript}\n${moveVar}`,
    })

    test('leaves a host without any tenant', () => {
      expect(originals.machine.must(`jq --raw-output '.tenants[].id' ${REGISTRY}`)).toBe('of-var')
      expect(originals.machine.must("systemctl list-unit-files --no-legend 'tenant*' || true")).toBe('')
    })
  })
})
