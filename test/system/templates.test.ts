import { beforeAll, describe, expect, test } from 'vitest'
import { networkdScript, REGISTRY, registry } from './fixtures.ts'
import { useMachine } from './machine.ts'
import { until } from './run.ts'

// The templates that are shipped, instantiated from the machine's own programs: what systemd says of each, and that what
// they are made for starts: a container, a container of a tenant, and a machine from its disk.

const SHIPPED = '/usr/share/bitbuilder/templates'
const HERE = '/srv/instances'

const PASSWORD = 'correct-Horse7-battery'
const PEER = 'YIbgv8yuAQhSQp8DbTTvJjTHrJTbZDZbWNSKZrlbmHY='
const TUNNEL = [`--set=PEER_PUBLIC_KEY=${PEER}`, '--set=PEER_ENDPOINT=192.0.2.1:51820']

/** What has to be set of each. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  'base-tools.sysext': [],
  'network-policies.confext': TUNNEL,
  'tenant-container-template': [],
  'tenant-homed-template': ['--set=USER=alice', '--set=REAL_NAME=Alice'],
  'tenant-infra-template': [],
  'tenant-machine-template': [],
  'tenant-network-template': [...TUNNEL, '--set=TENANT=acme-prod-1', '--set=INDEX=254'],
}
const NAMES = Object.keys(PARAMETERS)

const CONTAINER = `${HERE}/tenant-container-template`
const MACHINE = `${HERE}/tenant-machine-template`

/** The bridge that the container's settings name, with somebody who gives addresses. */
const BRIDGE = {
  '/etc/systemd/network/60-br-tenant.netdev': '[NetDev]\nName=br-tenant\nKind=bridge\n[Bridge]\nSTP=no\n',
  '/etc/systemd/network/60-br-tenant.network': `[Match]
Name=br-tenant
[Network]
Address=10.200.0.1/24
DHCPServer=yes
ConfigureWithoutCarrier=yes
`,
}

const here = useMachine({
  installed: true,
  files: { ...BRIDGE, [REGISTRY]: registry({ id: 'acme' }) },
  prepare: networkdScript,
})

const must = (command: string | readonly string[]) => here.machine.must(command)
const run = (command: string | readonly string[]) => here.machine.run(command)

beforeAll(() => {
  must(`mkdir -p ${HERE}`)
})

test('all are there, and this host can use each', () => {
  const { stdout, stderr } = run('bitbuilder template list')
  expect(stderr).toBe('')
  expect(stdout.match(/^\S*\.(?:sys|conf)ext|^tenant-\S+/gm)).toEqual(NAMES)
})

interface Finding {
  readonly rule: string
  readonly severity: string
  readonly fixes?: readonly object[]
}

const verify = (...args: readonly string[]): readonly Finding[] => {
  const { stdout, stderr } = run(['bitbuilder', 'verify', '--json', ...args])
  expect(stderr).toBe('')
  return (JSON.parse(stdout) as { readonly findings: readonly Finding[] }).findings
}

/** The kernel and initrd lie where the layout of the template draws them, and not where the specification suggests. */
const SUGGESTED: Readonly<Record<string, readonly string[]>> = {
  'tenant-machine-template': ['BOOT-26', 'BOOT-26'],
}

describe.each(NAMES)('%s', (name) => {
  test('lacks nothing but what git cannot keep', () => {
    const findings = verify('--source', `${SHIPPED}/${name}`)
    expect(findings.filter(({ severity, fixes = [] }) => severity === 'error' || fixes.length === 0)).toEqual([])
  })

  test('makes an instance that is in order', () => {
    const set = PARAMETERS[name] as readonly string[]
    must(['bitbuilder', 'template', 'instantiate', name, `${HERE}/${name}`, ...set])
    expect(verify(`${HERE}/${name}`).map(({ rule }) => rule)).toEqual(SUGGESTED[name] ?? [])
  })
})

/** Everything that a tool says, but for words of ours. */
const said = ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): readonly string[] =>
  `${stdout}${stderr}`.split('\n').filter((line) => line !== '')

/** `systemd-analyze verify` of all units of a tree that are no templates, as the tree's own systemd finds them. */
const verifyUnits = (tree: string): readonly string[] => {
  const units = must(
    `cd ${tree}/usr/lib/systemd/system && find . -maxdepth 1 -type f -not -name '*@.*' -printf '%f\\n' | sort`,
  )
  const names = units.split('\n')
  expect(names).toContain('multi-user.target')
  return said(run(['systemd-analyze', 'verify', '--man=no', `--root=${tree}`, ...names]))
}

/** A line that is about a file, or a part of one that is left out. */
const NAMED = /\.(?:network|netdev|link):\d|\.(?:network|netdev|link)\b.*(?:ignor|[Ff]ail|[Ii]nvalid|without)/

describe('systemd has nothing to say', () => {
  test.each([`${CONTAINER}/rootfs`, `${HERE}/tenant-infra-template/rootfs`, `${MACHINE}/disk-image/rootfs`])(
    'of the units in %s',
    (tree) => {
      expect(verifyUnits(tree)).toEqual([])
    },
  )

  test('of the unit of a network', () => {
    const unit = 'usr/lib/systemd/system/netns-tenant@.service'
    must(`cp ${HERE}/tenant-network-template/${unit} /run/systemd/system/netns-tenant@acme.service`)
    expect(said(run('systemd-analyze verify --man=no /run/systemd/system/netns-tenant@acme.service'))).toEqual([])
  })

  test('of the units of a user', () => {
    const unit = `${HERE}/tenant-homed-template/home-skeleton/.local/share/systemd/user/welcome.service`
    expect(said(run(`XDG_RUNTIME_DIR=/run systemd-analyze verify --user --man=no ${unit}`))).toEqual([])
  })

  test('of the user that a record describes', () => {
    const record = `${HERE}/tenant-homed-template/config/user-record.json`
    const { status, stdout, stderr } = run(`userdbctl --from-file=${record} --output=json user`)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ userName: 'alice', realName: 'Alice', storage: 'directory' })
  })

  /** What networkd says of files of some directories, in a network namespace of its own. */
  const network = (...dirs: readonly string[]): readonly string[] => {
    const script = `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /etc/systemd/network
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/systemd/netif /run/credentials
chown systemd-network:systemd-network /run/systemd/netif
${dirs.map((dir) => `cp -r ${dir}/. /etc/systemd/network`).join('\n')}
printf '%s' ${PEER} >/run/credentials/network.wireguard.private.20-wireguard
export CREDENTIALS_DIRECTORY=/run/credentials SYSTEMD_LOG_TARGET=console SYSTEMD_LOG_LEVEL=debug
timeout 3 /usr/lib/systemd/systemd-networkd 2>&1 || true`
    const { stdout, stderr } = run(['unshare', '--mount', '--net', 'sh', '-c', script])
    expect(stderr).toBe('')
    // It has come as far as looking at interfaces, and files come before.
    expect(stdout).toMatch(/^lo: /m)
    return stdout.split('\n').filter((line) => NAMED.test(line))
  }

  test('of the network files, and would say it', () => {
    const dirs = [
      `${CONTAINER}/rootfs/etc/systemd/network`,
      `${MACHINE}/disk-image/rootfs/etc/systemd/network`,
      `${HERE}/tenant-infra-template/rootfs/etc/systemd/network`,
      `${HERE}/tenant-network-template/usr/lib/systemd/network`,
      `${HERE}/network-policies.confext/etc/systemd/network`,
    ]
    expect(network(...dirs)).toEqual([])
    must('mkdir -p /srv/bad && printf "[Match]\\nName=x\\n[Network]\\nIPForward=yes\\n" >/srv/bad/10-bad.network')
    expect(network('/srv/bad').join('\n')).toContain('10-bad.network:4: ')
  })
})

/** A command in a container that systemd-machined knows. */
const inContainer = (machine: string, command: string) => {
  const leader = run(['machinectl', 'show', machine, '--property=Leader', '--value']).stdout.trim()
  return run(['nsenter', '--all', '--target', leader, '--', '/bin/bash', '-c', command])
}

const expectRunning = async (machine: string, address: RegExp): Promise<void> => {
  await until(`${machine} to be up`, 60, () => {
    const state = inContainer(machine, 'systemctl is-system-running').stdout.trim()
    return /running|degraded/.test(state) ? true : undefined
  })
  expect(inContainer(machine, 'systemctl --failed --no-legend').stdout).toBe('')
  expect(inContainer(machine, 'systemctl is-system-running').stdout).toBe('running\n')
  const units = 'systemd-journald systemd-networkd console-getty'
  expect(inContainer(machine, `systemctl is-active ${units}`).stdout).toBe('active\n'.repeat(3))
  expect(inContainer(machine, 'getent passwd systemd-network root || id systemd-network').stdout).not.toBe('')
  const got = await until('an address', 30, () => {
    const { stdout } = inContainer(machine, 'ip -brief -4 address show dev host0')
    return address.test(stdout) ? stdout : undefined
  })
  expect(got).toMatch(/UP/)
}

describe('the container', () => {
  const stop = () => must('systemctl stop web.service')

  test('starts with systemd-nspawn and its settings as they are', async () => {
    must(`mkdir -p /etc/systemd/nspawn && cp ${CONTAINER}/config/nspawn-settings.conf /etc/systemd/nspawn/web.nspawn`)
    must([
      ...[
        'systemd-run',
        '--unit=web',
        '--property=Type=notify',
        '--property=NotifyAccess=all',
        '--property=Delegate=yes',
      ],
      ...['--property=DelegateSubgroup=supervisor', '--property=KillMode=mixed', 'systemd-nspawn', '--keep-unit'],
      ...['--machine=web', `--directory=${CONTAINER}/rootfs`, '--console=read-only'],
      `--load-credential=container.init:${CONTAINER}/scripts/container-init.sh`,
    ])
    await expectRunning('web', /10\.200\.0\.\d+/)
    const { InvocationID: invocation = '' } = here.machine.show('web.service', 'InvocationID')
    const text = must(['journalctl', '--output=cat', `_SYSTEMD_INVOCATION_ID=${invocation}`, '_COMM=systemd-nspawn'])
    expect(text).not.toMatch(/nspawn:\d+|[Uu]nknown|ignoring|[Cc]onflict|[Ff]ailed|deprecat/)
  })

  test('has run the script that was handed in, and none of its messages is an error', () => {
    expect(inContainer('web', 'systemctl is-active container-init.service; stat --format=%a /srv/tenant').stdout).toBe(
      'active\n755\n',
    )
    expect(inContainer('web', 'journalctl --boot --priority=err --quiet --output=cat').stdout).toBe('')
    stop()
  })

  test('starts as a container of a tenant', async () => {
    must(`mkdir -p /var/lib/tenants/acme/containers && cp -a ${CONTAINER}/rootfs /var/lib/tenants/acme/containers/web`)
    must('systemctl daemon-reload && systemctl start tenant@acme.service')
    await expectRunning('web.acme', /10\.1\.0\.\d+/)
    must('systemctl stop tenant@acme.service')
  })
})

describe('the extension', () => {
  const EXTENSION = `${HERE}/base-tools.sysext`
  const IMAGE = '/srv/base-tools_1.0.0_x86-64.sysext.raw'

  test('fits the systems of the other templates, as a tree and as an image', () => {
    must(['bitbuilder', 'image', 'build', EXTENSION, '/srv/'])
    for (const tree of [`${CONTAINER}/rootfs`, `${MACHINE}/disk-image/rootfs`])
      for (const path of [EXTENSION, IMAGE]) expect(verify(`--base=${tree}`, path).map(({ rule }) => rule)).toEqual([])
  })

  test('is merged over the container by systemd-sysext, and its programs run there', () => {
    const script = `set -e
# systemd-sysext merges in a namespace of its own, from where it comes here.
mount --make-rshared /
mount --bind ${CONTAINER}/rootfs /mnt
mkdir -p /mnt/var/lib/extensions
cp -r ${EXTENSION} /mnt/var/lib/extensions/
systemd-sysext --no-reload --root=/mnt merge >&2
for program in 'htop --version' 'tmux -V' 'vim --version'; do chroot /mnt /bin/bash -c "$program | head -n 1"; done
systemd-sysext --no-reload --root=/mnt unmerge >&2
rm -r /mnt/var/lib/extensions`
    const { status, stdout, stderr } = run(['unshare', '--mount', '--propagation=private', 'sh', '-c', script])
    expect(stdout, stderr).toMatch(/^htop \d.*\ntmux \d.*\nVIM /)
    expect(status).toBe(0)
  })
})

describe('the user', () => {
  test('is created by homed with what is in the skeleton', () => {
    const provision = `${HERE}/tenant-homed-template/scripts/home-provision.sh`
    must('systemctl start systemd-homed.service')
    must(`NEWPASSWORD=${PASSWORD} ${provision}`)
    expect(must('homectl inspect --json=short alice')).toContain('"storage":"directory"')
    must(`PASSWORD=${PASSWORD} homectl activate alice`)
    const home = must('stat --format="%n %a %U" /home/alice /home/alice/.ssh /home/alice/.ssh/authorized_keys')
    expect(home.split('\n')).toEqual([
      '/home/alice 700 alice',
      '/home/alice/.ssh 700 alice',
      '/home/alice/.ssh/authorized_keys 600 alice',
    ])
    expect(must('cat /etc/systemd/homed.conf.d/50-tenant.conf')).toContain('DefaultStorage=directory')
    expect(must(provision)).toContain('is there already')
    must('homectl deactivate alice')
  })
})

/** Runs in the machine when it has booted: what is there, on its second serial line, and off. */
const PROBE = `[Unit]
Description=Probe
After=multi-user.target

[Service]
Type=exec
StandardOutput=file:/dev/ttyS1
ExecStart=/bin/bash -c 'systemctl is-system-running --wait; systemctl --failed --no-legend; \\
  systemctl is-active serial-getty@ttyS0 systemd-logind systemd-udevd dbus; networkctl --no-legend list; \\
  until ip -4 -brief address | grep 10.0.2; do sleep 0.1; done; ls -1 /boot /efi; journalctl -b -p err -q --no-pager; \\
  echo PROBED; systemctl --no-block poweroff'
`
const credential = (name: string, text: string): readonly string[] => [
  '-smbios',
  `type=11,value=io.systemd.credential.binary:${name}=${Buffer.from(text).toString('base64')}`,
]

describe('the machine', () => {
  const IMAGE = '/srv/machine.raw'
  const build = (out: string) =>
    (JSON.parse(must(['bitbuilder', 'image', 'build', '--json', MACHINE, out])) as { image: { sha256: string } }).image

  test('has a disk of the same bytes each time, that systemd takes', () => {
    const { sha256 } = build(IMAGE)
    must(`find ${MACHINE}/disk-image -type f -exec touch {} +`)
    expect(build('/srv/').sha256).toBe(sha256)
    must('rm /srv/tenant-machine-template_1.0.0.raw')
    expect(run(['systemd-dissect', '--validate', IMAGE])).toMatchObject({ status: 0, stderr: '' })
    // Sparse, and larger only where a partition is: 1 GiB is a suggestion.
    expect(verify(IMAGE).map(({ rule }) => rule)).toEqual(['BOOT-28', ...(SUGGESTED['tenant-machine-template'] ?? [])])
  })

  test('boots from it, by UEFI and its own boot loader, to multi-user.target, and powers off', () => {
    const started = performance.now()
    must('cp /usr/share/OVMF/OVMF_VARS_4M.fd /srv/vars.fd')
    const { status } = here.machine.run(
      [
        ...['timeout', '--signal=KILL', '200', 'qemu-system-x86_64', '-machine', 'q35', '-accel', 'tcg,thread=multi'],
        ...['-cpu', 'max', '-smp', '2', '-m', '768', '-nodefaults', '-nographic', '-no-reboot'],
        ...['-serial', 'file:/srv/console', '-serial', 'file:/srv/probe'],
        ...['-netdev', 'user,id=net,restrict=on', '-device', 'virtio-net-pci,netdev=net'],
        ...['-drive', 'if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd'],
        ...['-drive', 'if=pflash,format=raw,unit=1,file=/srv/vars.fd'],
        ...['-drive', `file=${IMAGE},if=none,id=disk,format=raw,cache=unsafe`, '-device', 'virtio-blk-pci,drive=disk'],
        ...credential('systemd.extra-unit.probe.service', PROBE),
        ...credential('systemd.unit-dropin.multi-user.target~probe', '[Unit]\nWants=probe.service\n'),
      ],
      { timeout: 220 },
    )
    console.log(`the machine was up and down in ${Math.round((performance.now() - started) / 1000)} s`)
    const probe = must('tr -d "\\r" </srv/probe')
    expect(probe).toMatch(/^running\n(?:active\n){4}/m)
    expect(probe).toMatch(/ether +routable/)
    expect(probe).toMatch(/\ninitrd\.img\nloader\nvmlinuz\n\n\/efi:\nEFI\nloader\nPROBED$/)
    // That somebody can log in there the probe has said: it may be over before the getty has asked.
    expect(must('cat /srv/console')).toContain('reboot: Power down')
    expect(status).toBe(0)
  }, 300_000)
})
