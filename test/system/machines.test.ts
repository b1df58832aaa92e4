import { describe, expect, test } from 'vitest'
import { networkdScript, REGISTRY, registry } from './fixtures.ts'
import { containerScript, initrdScript, KERNEL, systemdScript } from './guests.ts'
import { type Machine, useMachine } from './machine.ts'
import { until } from './run.ts'

// Machines of a tenant as they really run: emulated VMs and containers, their networks, and guests whose root means harm.

const ACME = '/var/lib/tenants/acme'
const INFRA = 'tenant-infra@acme.service'
const WEB = 'tenant-container@acme:web.service'
const ALONE = 'tenant-container@hermit:alone.service'

/** Everything that a guest's root can think of, from the tree that it shares with the host. */
const INFRA_GUEST = `
echo "GUEST is $(credential tenant.id) $(credential tenant.machine) $(credential tenant.description)"
dhcp eth0
reaches "$(credential tenant.gateway)"
echo "GUEST sees $(cat /tree/usr/share/who)"
mount -o remount,rw /tree
touch /tree/usr/escaped && echo "GUEST wrote /usr"
touch /tree/usr/share/who && echo "GUEST wrote an extension"
mount -o bind /tree/usr /mnt 2>/dev/null; mount -o remount,rw,bind /tree/usr 2>/dev/null
touch /tree/usr/escaped && echo "GUEST wrote /usr after all"
touch /tree/own && echo "GUEST wrote its tree"
cp /bin/busybox /tree/shell && chmod 4755 /tree/shell && echo "GUEST made a setuid file"
mknod /tree/disk b 7 0 && echo "GUEST made a device"
ln /tree/usr/share/who /tree/hard && echo "GUEST made a hard link"
ln -s /etc/shadow /tree/shadow; cat /tree/shadow && echo "GUEST read the host"
ln -s ../../../../../../etc /tree/up; touch /tree/up/escaped && echo "GUEST climbed"
rm -rf /tree/etc; ln -s /etc /tree/etc
echo "GUEST done"`

const WEB_GUEST = `
echo "GUEST maps $(cat /proc/self/uid_map | tr -s ' ')"
echo "GUEST is $(cat $CREDENTIALS_DIRECTORY/tenant.id) $(cat $CREDENTIALS_DIRECTORY/tenant.machine) $TENANT_ID"
dhcp host0
reaches "$(cat $CREDENTIALS_DIRECTORY/tenant.gateway)"
mknod /disk b 7 0 && echo "GUEST made a device"
touch /own && echo "GUEST wrote its tree"
echo "GUEST done"`

const SITE = 'tenant-container@acme:site.service'
const REAL = 'tenant-container@acme:real.service'

const COMMIT = 'c'.repeat(40)
const [FIRST, SECOND] = ['1'.repeat(40), '2'.repeat(40)]
const MANIFEST = `${ACME}/revisions/${COMMIT}.json`

/** What provisioning leaves of a repository with a container `site`. */
const manifest = (tree: string): string =>
  JSON.stringify({ commit: COMMIT, number: 1, path: '', trees: { 'containers/site/rootfs': tree } })

const siteGuest = (version: string): string => `
mkdir -p /var/lib
echo "GUEST is version ${version}, before it was $(cat /var/lib/version)"
echo ${version} >/var/lib/version
echo "GUEST done"`

const SCRIPT = `#!/bin/bash
echo "GUEST script of $(cat "/run/host/credentials/tenant.id") in $container, $COLOUR" >/dev/console
echo run >>/var/lib/runs
`

const SETTINGS = '[Exec]\nHostname=www\nPrivateUsers=no\n[Network]\nPrivate=no\n[Files]\nBind=/etc:/host\n'

/** A repository's part: two trees of one container, and for another one settings that go too far, and a script. */
const REPOSITORY = `
mkdir -p ${ACME}/revisions/${COMMIT}/scripts ${ACME}/revisions/${COMMIT}/containers/real ${ACME}/containers/site
ln -s revisions/${COMMIT} ${ACME}/config
printf '${SETTINGS.replaceAll('\n', '\\n')}' >${ACME}/config/containers/real/nspawn-settings.conf
cat >${ACME}/config/scripts/container-init.sh <<'EOF'
${SCRIPT}EOF
echo '${manifest(FIRST)}' >${MANIFEST}
touch ${ACME}/containers/.site.origin
${containerScript(`${ACME}/trees/${FIRST}`, siteGuest('one'))}
${containerScript(`${ACME}/trees/${SECOND}`, siteGuest('two'))}
${systemdScript(`${ACME}/containers/real`)}`

const ALONE_GUEST = `
echo "GUEST interfaces $(ls /sys/class/net | tr '\\n' ' ')"
echo "GUEST done"`

const who = (text: string): string => {
  const tools = `${ACME}/extensions/sysext/tools/usr`
  return `mkdir -p ${tools}/lib/extension-release.d ${tools}/share
echo ID=_any >${tools}/lib/extension-release.d/extension-release.tools
echo ${text} >${tools}/share/who`
}

const PREPARE = `${networkdScript}
mkdir -p ${ACME}/infra/rootfs ${ACME}/containers /var/lib/tenants/hermit/containers
${initrdScript(`${ACME}/infra/initrd`, INFRA_GUEST)}
cp ${KERNEL} ${ACME}/infra/vmlinuz
${containerScript(`${ACME}/containers/web`, WEB_GUEST)}
${containerScript('/var/lib/tenants/hermit/containers/alone', ALONE_GUEST)}
# Nobody obeys a settings file that lies beside the tree.
printf '[Network]\\nPrivate=no\\n[Files]\\nBind=/etc:/host\\n' >${ACME}/containers/web.acme.nspawn
${who('tools')}
${REPOSITORY}
systemctl enable tenants.target`

const TENANTS = registry(
  {
    id: 'acme',
    description: 'Road runners',
    infra: { kernel: 'infra/vmlinuz', initrd: 'infra/initrd', memory: '128M' },
  },
  { id: 'hermit', network: { mode: 'none' } },
)

/** What a guest has said since its service was last started. */
const said = (machine: Machine, unit: string): readonly string[] => {
  const { InvocationID: invocation = '' } = machine.show(unit, 'InvocationID')
  const text = machine.run(['journalctl', '--output=cat', `_SYSTEMD_INVOCATION_ID=${invocation}`]).stdout
  return [...text.matchAll(/GUEST (.*?)\r?$/gm)].map(([, line = '']) => line.trim())
}

const saidAll = (machine: Machine, unit: string): Promise<readonly string[]> =>
  until(`${unit} to have done`, 60, () => {
    const lines = said(machine, unit)
    return lines.includes('done') ? lines : undefined
  })

const mainPid = (machine: Machine, unit: string): string => machine.show(unit, 'MainPID').MainPID as string

/** Kills a process of a service, and waits until systemd has started the service once more. */
const killOnce = async (machine: Machine, unit: string, pid: string): Promise<void> => {
  const invocation = () => machine.show(unit, 'InvocationID').InvocationID
  const before = invocation()
  machine.must(`kill -KILL ${pid}`)
  // The counter goes up before there is anything new.
  await until('the restart', 30, () => (['', before].includes(invocation()) ? undefined : true))
  expect(machine.show(unit, 'NRestarts').NRestarts).toBe('1')
}

/** The emulator of a VM. */
const emulator = (machine: Machine, unit: string): string =>
  machine.must(`pgrep -P ${mainPid(machine, unit)} -f qemu-system`)

describe('machines of a tenant', () => {
  const used = useMachine({
    installed: true,
    files: { [REGISTRY]: TENANTS, '/etc/bitbuilder/bitbuilder.conf.d/50-test.conf': '[Machines]\nKVM=no\n' },
    prepare: PREPARE,
  })

  test('all of them start with their tenants', async () => {
    for (const unit of [INFRA, WEB, SITE, ALONE]) await saidAll(used.machine, unit)
  })

  test('the infrastructure VM knows its tenant, and is on its bridge', () => {
    const lines = said(used.machine, INFRA)
    expect(lines).toContain('is acme infra Road runners')
    expect(lines.find((line) => line.startsWith('address'))).toMatch(/^address 10\.1\.0\.\d+ gateway 10\.1\.0\.1$/)
    expect(lines).toContain('reaches 10.1.0.1')
    const tap = used.machine.must('ip -o link show vt-infra.acme')
    expect(tap).toContain('master br-acme')
  })

  test('the root of a VM cannot write to what it is given to read', () => {
    const lines = said(used.machine, INFRA)
    expect(lines).toContain('sees tools')
    expect(lines).toContain('wrote its tree')
    expect(lines).toContain('made a setuid file')
    for (const harm of [
      'wrote /usr',
      'wrote an extension',
      'wrote /usr after all',
      'made a device',
      'made a hard link',
    ])
      expect(lines).not.toContain(harm)
    for (const harm of ['read the host', 'climbed']) expect(lines).not.toContain(harm)
    const { machine } = used
    expect(machine.run('ls /etc/escaped /usr/escaped').stdout).toBe('')
    expect(machine.must(`cat ${ACME}/extensions/sysext/tools/usr/share/who`)).toBe('tools')
    expect(machine.run(`ls ${ACME}/overlay/usr/escaped`).stdout).toBe('')
    // A setuid file of the guest's is where nobody but root comes to.
    expect(machine.must(`stat -c %A ${ACME}/infra/rootfs/shell`)).toBe('-rwsr-xr-x')
    expect(
      machine.run(['setpriv', '--reuid=65534', '--clear-groups', '--regid=65534', `${ACME}/infra/rootfs/shell`, 'id'])
        .status,
    ).not.toBe(0)
  })

  test('the services of a VM see nothing of /var/lib but their own tree', () => {
    const { machine } = used
    const inside = (path: string) => machine.run(`ls -A /proc/${emulator(machine, INFRA)}/root${path}`)
    expect(inside('/var/lib').stdout).toBe('')
    expect(inside('/run/bitbuilder').stdout).toBe('')
    expect(inside('/run/tenants/infra.acme/tree').stdout).toContain('own')
  })

  test('a container has users of its own, and is on the bridge of its tenant', () => {
    const lines = said(used.machine, WEB)
    expect(lines).toContain('is acme web acme')
    expect(lines.find((line) => line.startsWith('maps'))).toMatch(/^maps +0 [1-9]\d+ 65536$/)
    expect(lines.find((line) => line.startsWith('address'))).toMatch(/^address 10\.1\.0\.\d+ gateway 10\.1\.0\.1$/)
    expect(lines).toContain('reaches 10.1.0.1')
    expect(lines).toContain('wrote its tree')
    expect(lines).not.toContain('made a device')
    const { machine } = used
    expect(machine.must(`stat -c %u ${ACME}/containers/web/own`)).toBe('0')
    expect(machine.run(`ls ${ACME}/containers/web/host`).status).not.toBe(0)
  })

  test('a machine of a tenant without network has none', async () => {
    expect(await saidAll(used.machine, ALONE)).toContain('interfaces lo')
  })

  test('a machine of the repository has its tree from there, and keeps its /var when that changes', async () => {
    const { machine } = used
    expect(await saidAll(machine, SITE)).toContain('is version one, before it was')
    machine.write(MANIFEST, manifest(SECOND))
    machine.must(['systemctl', 'reload', 'tenant@acme.service'])
    machine.settle()
    await until('the new tree', 30, () => (said(machine, SITE).includes('done') ? true : undefined))
    expect(await saidAll(machine, SITE)).toContain('is version two, before it was one')
    expect(machine.must(`cat ${ACME}/containers/.site.tree`)).toBe(SECOND)
    expect(machine.must(`ls ${ACME}/containers/.site.previous`)).toContain('sbin')
    expect(machine.must(`cat ${ACME}/trees/${SECOND}/var/lib/version || echo untouched`)).toBe('untouched')
  })

  test('a systemd in a container says when it is up, and has run the script of the repository once', async () => {
    const { machine } = used
    await until('the container', 30, () =>
      machine.show(REAL, 'ActiveState').ActiveState === 'active' ? true : undefined,
    )
    const { StatusText: status } = machine.show(REAL, 'StatusText')
    expect(status).toBe('Container running: Ready.')
    await until('the script', 30, () =>
      machine.run(`cat ${ACME}/containers/real/var/lib/runs`).stdout === 'run\n' ? true : undefined,
    )
    machine.must(['systemctl', 'restart', REAL])
    expect(machine.must(`cat ${ACME}/containers/real/var/lib/runs`)).toBe('run')
    expect(machine.run('test -e /var/lib/runs').status).not.toBe(0)
  })

  test('settings of a repository are taken as far as they may go', () => {
    const { machine } = used
    const settings = machine.must('cat /run/systemd/nspawn/real.acme.nspawn')
    expect(settings).toContain('\nHostname=www\n')
    expect(settings).toContain('\nPrivateUsers=pick\n')
    expect(settings).not.toMatch(/Bind=|Private=no|PrivateUsers=no/)
    const leader = machine.must('machinectl show --value --property=Leader real.acme')
    expect(machine.must(`cat /proc/${leader}/uid_map`)).toMatch(/^ +0 +[1-9]/)
    const file = `${ACME}/config/containers/real/nspawn-settings.conf`
    expect(machine.journal('--unit', REAL)).toContain(
      `${file}:3:1: PrivateUsers= is not for a repository to set, ignoring it`,
    )
  })

  test('machines of two tenants are apart in slices, and machined knows them by name', () => {
    const { machine } = used
    expect(machine.show(INFRA, 'Slice').Slice).toBe('tenant-acme.slice')
    expect(machine.show(ALONE, 'Slice').Slice).toBe('tenant-hermit.slice')
    const names = machine
      .must(['machinectl', 'list', '--no-legend'])
      .split('\n')
      .map((line) => line.split(' ')[0])
    expect(names.sort()).toEqual(['alone.hermit', 'infra.acme', 'real.acme', 'site.acme', 'web.acme'])
  })

  test('machines go on when machined and networkd are restarted', () => {
    const { machine } = used
    const before = [INFRA, WEB, ALONE].map((unit) => mainPid(machine, unit))
    machine.must('systemctl restart systemd-machined.service systemd-networkd.service')
    machine.settle()
    expect([INFRA, WEB, ALONE].map((unit) => mainPid(machine, unit))).toEqual(before)
    expect(machine.must('ip -o link show vt-infra.acme')).toContain('master br-acme')
  })

  test('a container that is killed starts again after a pause, with its tree', async () => {
    const { machine } = used
    await killOnce(machine, WEB, mainPid(machine, WEB))
    const lines = await saidAll(machine, WEB)
    expect(lines).toContain('reaches 10.1.0.1')
    expect(machine.show(WEB, 'RestartUSecNext', 'RestartSteps')).toEqual({
      RestartUSecNext: expect.anything(),
      RestartSteps: '6',
    })
  })

  test('a machine whose bridge is not there does not start', () => {
    const { machine } = used
    machine.must(['systemctl', 'stop', WEB])
    machine.must('ip link set br-acme name br-away')
    machine.run(['systemctl', 'start', WEB])
    expect(machine.show(WEB, 'ActiveState').ActiveState).not.toBe('active')
    expect(machine.journal('--unit', WEB, '--lines=20')).toContain(
      'interface br-acme: is not there: systemctl restart tenant-network@acme.service',
    )
    machine.must('ip link set br-away name br-acme')
    machine.must(['systemctl', 'stop', WEB])
  })

  test('a VM whose emulator is killed starts again, and nothing of the old one is left', async () => {
    const { machine } = used
    await killOnce(machine, INFRA, emulator(machine, INFRA))
    await until('the guest', 60, () => (said(machine, INFRA).includes('starts') ? true : undefined))
    expect(machine.must('ls -A /var/tmp /tmp | grep -c vmspawn || true')).toBe('0')
  })

  test('a VM stops as if somebody had pressed its power button', async () => {
    const { machine } = used
    await saidAll(machine, INFRA)
    const before = performance.now()
    machine.must(['systemctl', 'stop', INFRA])
    expect((performance.now() - before) / 1000).toBeLessThan(30)
    expect(machine.journal('--unit', INFRA, '--lines=40')).toContain('GUEST power button')
    expect(machine.show(INFRA, 'Result', 'ActiveState')).toEqual({ Result: 'success', ActiveState: 'inactive' })
    expect(machine.run('ls /run/bitbuilder/machines/infra.acme /run/tenants/infra.acme').status).not.toBe(0)
  })

  test('a guest that powers itself off has not failed, and stays off', async () => {
    const { machine } = used
    machine.must(['systemctl', 'start', INFRA])
    await saidAll(machine, INFRA)
    machine.must('varlinkctl call /run/tenants/infra.acme/infra.acme/control io.systemd.MachineInstance.PowerOff {}')
    await until('the power-off', 30, () =>
      machine.show(INFRA, 'ActiveState').ActiveState === 'inactive' ? true : undefined,
    )
    expect(machine.show(INFRA, 'Result', 'NRestarts')).toEqual({ Result: 'success', NRestarts: '0' })
  })

  test('a VM whose emulator cannot start has failed, and is tried again', () => {
    const { machine } = used
    machine.must(`head -c 100000 /dev/urandom >${ACME}/infra/vmlinuz`)
    expect(machine.run(['systemctl', 'start', INFRA]).status).not.toBe(0)
    expect(machine.show(INFRA, 'Result', 'SubState')).toEqual({ Result: 'exit-code', SubState: 'auto-restart' })
    machine.must(['systemctl', 'stop', INFRA])
  })
})
