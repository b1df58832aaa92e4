import { describe, expect, test } from 'vitest'
import { REGISTRY, registry } from './fixtures.ts'
import { useMachine } from './machine.ts'

// What `bitbuilder plan` says beforehand is what systemd has done afterwards, told by systemd itself: by the results of its
// jobs in the journal, not by what the manager says of itself.

/** In the place of a guest something that starts anywhere, so that it is the convergence that is looked at. */
const GUEST = `[Service]
Type=exec
ExecStart=
ExecStart=/usr/bin/sleep infinity
ExecStop=
`

const DIR = '/var/lib/tenants/acme'
const EXTENSIONS = `${DIR}/extensions/sysext`
const SYSEXT = 'var-lib-tenants-acme-sysext.mount'
const WEB = 'tenant-container@acme:web.service'
const DB = 'tenant-container@acme:db.service'
const TENANT = 'tenant@acme.service'
const NETWORK = 'tenant-network@acme.service'
const LAYERS = 'tenant-layers@acme.service'

const release = (name: string) => `${EXTENSIONS}/${name}/usr/lib/extension-release.d/extension-release.${name}`

const here = useMachine({
  installed: true,
  files: {
    '/etc/systemd/system/tenant-container@.service.d/guest.conf': GUEST,
    '/etc/systemd/system/tenant-infra@.service.d/guest.conf': `${GUEST}ExecStartPost=\n`,
  },
  prepare: `mkdir -p ${DIR}/containers/web/usr /var/lib/tenants/other/containers/web/usr`,
})

const must = (command: string) => here.machine.must(command)

interface Step {
  readonly do: string
  readonly unit?: string
}

const wordsOf = ({ do: action, unit }: Step): string => (unit === undefined ? action : `${action} ${unit}`)

const planned = (id = 'acme'): readonly string[] =>
  (JSON.parse(must(`bitbuilder plan --json ${id}`)) as { steps: readonly Step[] }).steps.map(wordsOf)

const cursor = (): string => must("journalctl --boot --lines=0 --show-cursor --quiet | sed 's/^-- cursor: //'")

interface Entry {
  readonly JOB_TYPE?: string
  readonly JOB_RESULT?: string
  readonly UNIT?: string
  readonly MESSAGE: string
}

/** What else belongs to a step: systemd's own way there, and what every start runs. */
const isBeside = (unit: string): boolean => /^(?:tenant-provision@|modprobe@|run-bitbuilder-)|\.slice$/.test(unit)

/** The jobs of the tenant that PID 1 has ended since, and its reloads, in the manner of steps. */
const done = (since: string, id = 'acme'): readonly string[] => {
  here.machine.settle()
  must('journalctl --sync')
  const lines = must(`journalctl _PID=1 --output=json --after-cursor='${since}'`).split('\n').filter(Boolean)
  return lines.flatMap((line) => {
    const { JOB_TYPE: type, JOB_RESULT: result, UNIT: unit = '', MESSAGE: message } = JSON.parse(line) as Entry
    if (/^Reload(?:ing)? requested/.test(message)) return ['daemon-reload']
    if (type === undefined || result === undefined || !unit.includes(id) || isBeside(unit)) return []
    expect([unit, result]).toEqual([unit, 'done'])
    return [`${type} ${unit}`]
  })
}

/** To systemd a restart is a job that stops, and then becomes one that starts. */
const joined = (steps: readonly string[]): readonly string[] =>
  steps.filter((step, index) => {
    const restart = step.replace(/^start /, 'restart ')
    return restart === step || !steps.slice(0, index).includes(restart)
  })

/** What has been done, without the reload that it was done by. */
const converged = (command: string): readonly string[] => {
  const since = cursor()
  must(command)
  return joined(done(since)).filter((step) => step !== `reload ${TENANT}`)
}

const reload = () => converged(`systemctl reload ${TENANT}`)

const sorted = (steps: readonly string[]): readonly string[] => [...steps].sort()

/** The plan is this, it is what then happens, and afterwards there is nothing left to plan. */
const expectSteps = (expected: readonly string[], act: () => readonly string[] = reload): void => {
  expect(planned()).toEqual(expected)
  expect(sorted(act())).toEqual(sorted(expected))
  expect(planned()).toEqual([])
}

const mainPid = (unit: string) => here.machine.show(unit, 'MainPID').MainPID

describe('the plan is what is done', () => {
  let other: string | undefined

  test('at a fresh start', () => {
    here.machine.write(REGISTRY, registry({ id: 'acme' }, { id: 'other' }))
    must('systemctl daemon-reload && systemctl start tenant@other.service')
    here.machine.settle()
    other = mainPid('tenant-container@other:web.service')
    expect(other).not.toBe('0')
    expectSteps([`start ${NETWORK}`, `start ${TENANT}`, `start ${WEB}`], () => converged(`systemctl start ${TENANT}`))
  })

  test('when there is nothing to do', () => {
    expectSteps([])
  })

  test('when a machine comes', () => {
    must(`mkdir -p ${DIR}/containers/db/usr`)
    expectSteps(['daemon-reload', `reload ${NETWORK}`, `start ${DB}`])
  })

  test('when a machine has stopped', () => {
    const provisioned = () => here.machine.show('tenant-provision@acme.service', 'InvocationID').InvocationID
    const before = provisioned()
    expect(before).not.toBe('')
    must(`systemctl stop ${DB}`)
    expectSteps([`start ${DB}`])
    // What starts now is what was planned, not what the repository has by now.
    expect(provisioned()).toBe(before)
  })

  test('when a machine goes', () => {
    const web = mainPid(WEB)
    must(`mv ${DIR}/containers/db ${DIR}/db.kept`)
    expectSteps(['daemon-reload', `stop ${DB}`, `reload ${NETWORK}`])
    expect(mainPid(WEB)).toBe(web)
  })

  test('when the repository brings another tree for a machine', () => {
    const tree = (digit: string) => digit.repeat(40)
    const revision = (digit: string, number: number) => {
      const commit = tree(digit)
      const manifest = { commit, number, path: '', trees: { 'containers/web/rootfs': commit } }
      here.machine.write(`${DIR}/revisions/${commit}.json`, JSON.stringify(manifest))
      must(`mkdir -p ${DIR}/revisions/${commit} ${DIR}/trees/${commit}/usr && echo ${digit} >${DIR}/trees/${commit}/usr/is
        ln -sfn revisions/${commit} ${DIR}/config`)
    }
    revision('a', 1)
    must(`touch ${DIR}/containers/.web.origin && systemctl restart '${WEB}'`)
    expect(must(`cat ${DIR}/containers/web/usr/is`)).toBe('a')
    expect(planned()).toEqual([])
    revision('b', 2)
    expectSteps([`restart ${WEB}`])
    expect(must(`cat ${DIR}/containers/web/usr/is`)).toBe('b')
  })

  test('when the configuration of its network changes', () => {
    const web = mainPid(WEB)
    here.machine.write('/etc/bitbuilder/bitbuilder.conf.d/dns.conf', '[Network]\nDNS=192.0.2.53\n')
    expectSteps([`reload ${NETWORK}`])
    expect(must('cat /run/systemd/network/50-acme-*.network')).toContain('DNS=192.0.2.53')
    expect(mainPid(WEB)).toBe(web)
    must('systemctl reload tenant@other.service')
  })

  test('when the first extension comes, and when its layers change', () => {
    here.machine.write(release('tools'), 'ID=_any\n')
    must(`mkdir -p ${EXTENSIONS}/tools/usr/share && echo tools >${EXTENSIONS}/tools/usr/share/tools`)
    // The overlay brings tenant-layers with it.
    expectSteps(['daemon-reload', `start ${SYSEXT}`], () => reload().filter((step) => step !== `start ${LAYERS}`))
    expect(must(`cat ${DIR}/sysext/share/tools`)).toBe('tools')

    here.machine.write(release('more'), 'ID=_any\n')
    must(`mkdir -p ${EXTENSIONS}/more/usr/share && echo more >${EXTENSIONS}/more/usr/share/more`)
    const tenant = here.machine.show(TENANT, 'InvocationID').InvocationID
    expectSteps(['daemon-reload', `stop ${SYSEXT}`, `reload ${LAYERS}`, `start ${SYSEXT}`])
    expect(must(`cat ${DIR}/sysext/share/tools ${DIR}/sysext/share/more`)).toBe('tools\nmore')
    expect(here.machine.show(TENANT, 'InvocationID').InvocationID).toBe(tenant)
  })

  test('when somebody else has reloaded in between', () => {
    must(`mv ${EXTENSIONS}/more ${DIR}/more.kept && systemctl daemon-reload`)
    expectSteps([`stop ${SYSEXT}`, `reload ${LAYERS}`, `start ${SYSEXT}`])
    expect(here.machine.run(`cat ${DIR}/sysext/share/more`).status).not.toBe(0)
  })

  test('when something runs on top of the layers that change', () => {
    here.machine.write(
      `/etc/systemd/system/${WEB}.d/on-top.conf`,
      `[Unit]\nRequiresMountsFor=${DIR}/sysext\n[Service]\nBindReadOnlyPaths=${DIR}/sysext:/mnt\nWorkingDirectory=/mnt/share\n`,
    )
    must(`systemctl daemon-reload && systemctl restart '${WEB}'`)
    must(`mv ${DIR}/more.kept ${EXTENSIONS}/more`)
    expectSteps([
      'daemon-reload',
      `stop ${WEB}`,
      `stop ${SYSEXT}`,
      `reload ${LAYERS}`,
      `start ${SYSEXT}`,
      `start ${WEB}`,
    ])
  })

  test('when the extensions go', () => {
    must(`rm -r /etc/systemd/system/${WEB}.d ${EXTENSIONS}/more ${EXTENSIONS}/tools`)
    must(`systemctl daemon-reload && systemctl restart '${WEB}'`)
    expectSteps([`stop ${SYSEXT}`, `stop ${LAYERS}`])
    expect(here.machine.run(`mountpoint ${DIR}/sysext`).status).not.toBe(0)
  })

  test('when the limits change: the machine goes on with the new ones', () => {
    const web = mainPid(WEB)
    here.machine.write(REGISTRY, registry({ id: 'acme', resources: { memory: '512M', tasks: 77 } }, { id: 'other' }))
    expectSteps(['daemon-reload'])
    const limits = here.machine.show('tenant-acme.slice', 'MemoryMax', 'TasksMax')
    expect(limits).toEqual({ MemoryMax: String(512 << 20), TasksMax: '77' })
    expect(mainPid(WEB)).toBe(web)
  })

  test('when the repository brings another tree for the infrastructure VM, and extensions lie over it', () => {
    const tree = (digit: string) => digit.repeat(40)
    const revision = (digit: string, number: number) => {
      const trees = { 'infrastructure/rootfs': tree(digit) }
      const manifest = { commit: tree(digit), number, path: '', trees }
      here.machine.write(`${DIR}/revisions/${tree(digit)}.json`, JSON.stringify(manifest))
      const made = `${DIR}/trees/${tree(digit)}`
      must(`mkdir -p ${DIR}/revisions/${tree(digit)} ${made}/usr/lib ${made}/etc && echo ${digit} >${made}/etc/is
        printf 'ID=debian\\n' >${made}/usr/lib/os-release && ln -sfn revisions/${tree(digit)} ${DIR}/config`)
    }
    const infra = 'tenant-infra@acme.service'
    const confext = 'var-lib-tenants-acme-confext.mount'
    const vm = { id: 'acme', infra: { kernel: 'infra/vmlinuz', initrd: 'infra/initrd' } }
    here.machine.write(REGISTRY, registry(vm, { id: 'other' }))
    here.machine.write(`${DIR}/extensions/confext/site/etc/extension-release.d/extension-release.site`, 'ID=debian\n')
    must(`rm ${DIR}/containers/.web.origin && mkdir ${DIR}/infra/rootfs && touch ${DIR}/infra/.rootfs.origin
      head -c 4096 /dev/zero | tee ${DIR}/infra/vmlinuz >${DIR}/infra/initrd`)
    revision('c', 3)
    // What provisioning does with the first tree.
    must(`cp -a ${DIR}/trees/${tree('c')}/. ${DIR}/infra/rootfs && echo ${tree('c')} >${DIR}/infra/.rootfs.tree`)
    reload()
    expect(planned()).toEqual([])
    expect(must(`cat ${DIR}/confext/is && systemctl is-active ${infra}`)).toBe('c\nactive')

    revision('d', 4)
    const expected = [
      `stop ${infra}`,
      `stop ${confext}`,
      'stop run-bitbuilder-rootfs-acme.mount',
      `renew ${infra}`,
      'start run-bitbuilder-rootfs-acme.mount',
      `reload ${LAYERS}`,
      `start ${confext}`,
      `start ${infra}`,
    ]
    expect(planned()).toEqual(expected)
    const byUs = expected.filter((step) => !/^renew|run-bitbuilder/.test(step))
    expect(sorted(reload())).toEqual(sorted(byUs))
    expect(must(`cat ${DIR}/confext/is ${DIR}/infra/rootfs/etc/is && systemctl is-active ${infra}`)).toBe(
      'd\nd\nactive',
    )
    expect(planned()).toEqual([])

    must(
      `rm -r ${DIR}/extensions/confext/site ${DIR}/infra/.rootfs.origin && mv ${DIR}/infra/rootfs ${DIR}/rootfs.kept`,
    )
    reload()
    expect(planned()).toEqual([])
  })

  test('when the entry has gone', () => {
    here.machine.write(REGISTRY, registry({ id: 'other' }))
    expect(planned()).toEqual(['daemon-reload', `stop ${TENANT}`])
    const steps = reload()
    // The service takes the rest along.
    expect(steps.slice(0, 1)).toEqual(['daemon-reload'])
    expect(sorted(steps.slice(1))).toEqual(sorted([TENANT, NETWORK, WEB].map((unit) => `stop ${unit}`)))
    expect(must("systemctl list-units --plain --no-legend --state=active,activating,failed '*acme*'")).toBe('')
    expect(must('ls /run/systemd/network /run/bitbuilder')).not.toContain('acme')
    expect(must('ip -brief link show type bridge')).not.toContain('acme')
    expect(here.machine.run('bitbuilder plan acme').status).toBe(1)
  })

  test('and another tenant has not noticed', () => {
    expect(mainPid('tenant-container@other:web.service')).toBe(other)
    expect(planned('other')).toEqual([])
  })
})
