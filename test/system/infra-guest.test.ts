import { describe, expect, test } from 'vitest'
import { networkdScript, REGISTRY, registry } from './fixtures.ts'
import { useMachine } from './machine.ts'
import { until } from './run.ts'

// What runs inside the infrastructure VM: its programs by their units on a booted systemd, and then the VM itself.

const TEMPLATE = '/usr/share/bitbuilder/templates/tenant-infra-template'
const SOCKET = '/run/bitbuilder/io.bitbuilder.Tenant'
const SOURCE = '/srv/git/acme'
const BIN = 'usr/bin/tool'

const RELEASE = 'extension-release.d/extension-release'

/** A commit that puts the files of `script`, run in the repository, in the place of all others. */
const commitScript = (script: string): string => `
mkdir -p ${SOURCE} && cd ${SOURCE}
git init --quiet --initial-branch=main
git rm -r --quiet --ignore-unmatch .
${script}
git add --all
git -c user.name=A -c user.email=a@example.org commit --quiet --message=x
git rev-parse HEAD`

const TOOLS = (says: string): string => `
mkdir -p infrastructure/extensions/sysext/tools/usr/lib/extension-release.d infrastructure/extensions/sysext/tools/usr/bin
echo ID=debian >infrastructure/extensions/sysext/tools/usr/lib/${RELEASE}.tools
printf '#!/bin/sh\\necho ${says}\\n' >infrastructure/extensions/sysext/tools/${BIN}
chmod +x infrastructure/extensions/sysext/tools/${BIN}`

const SITE = (id: string): string => `
mkdir -p infrastructure/extensions/confext/site/etc/extension-release.d
echo ID=${id} >infrastructure/extensions/confext/site/etc/${RELEASE}.site
echo from the repository >infrastructure/extensions/confext/site/etc/site.conf`

const SCRIPT = (text: string, name = 'provision'): string => `
mkdir -p infrastructure/scripts
printf '#!/bin/sh\\n${text}\\n' >infrastructure/scripts/${name}.sh
chmod +x infrastructure/scripts/${name}.sh`

const VENDOR = 'usr/lib/systemd/system'
const UNITS = `${TEMPLATE}/rootfs/${VENDOR}`

describe('the programs of the VM', () => {
  const here = useMachine({
    installed: true,
    files: {
      // What a VM gets from its host, a machine may have in a file.
      '/etc/credstore/tenant.id': 'acme',
      '/etc/credstore/tenant.machine': 'infra',
      '/etc/credstore/tenant.repository': `{"url": "${SOURCE}", "ref": "main"}`,
    },
    prepare: `
cp -a ${UNITS}/. /${VENDOR}/
systemctl enable infra-manager.service varlink-api.service varlink-api.socket git-sync.timer`,
  })
  const must = (command: string) => here.machine.must(command)
  const status = (command: string) => here.machine.run(command)

  const call = (method: string, parameters: object = {}, more = false) => {
    const words = `varlinkctl call ${more ? '--more' : ''} --json=short ${SOCKET} io.bitbuilder.Tenant.${method}`
    const { stdout, stderr } = status(`${words} '${JSON.stringify(parameters)}'`)
    return { replies: (stdout.replaceAll('\x1e', '').match(/.+/g) ?? []).map((line) => JSON.parse(line)), stderr }
  }
  const reply = (method: string, parameters: object = {}) => {
    const { replies, stderr } = call(method, parameters)
    expect(stderr).toBe('')
    return replies[0]
  }

  /** Makes a commit, brings it here and has it applied. */
  const bring = (script: string): string => {
    const commit = must(commitScript(script))
    expect(reply('Sync')).toMatchObject({ state: 'current', commit })
    return commit
  }

  const merged = () =>
    ['sysext', 'confext'].flatMap((kind) => {
      const rows: { extensions: unknown }[] = JSON.parse(must(`systemd-${kind} status --json=short`))
      return rows.flatMap(({ extensions }) => (Array.isArray(extensions) ? extensions : []))
    })

  test('its units are as they should be', () => {
    const units = must(`ls ${UNITS}`).split('\n')
    expect(units.length).toBe(7)
    // A template is verified as an instance of it.
    const verified = units.map((unit) => unit.replace('@.', '@provision.'))
    expect(status(`systemd-analyze verify --man=no ${verified.join(' ')} 2>&1`).stdout).toBe('')
  })

  // systemd-analyze(1) `security`, from 0 to 10. A number may be lowered.
  test.each([
    ['git-sync.service', 2.6],
    ['infra-manager.service', 1.7],
    ['varlink-api.service', 1.3],
    ['varlink-api@.service', 1.4],
  ])('%s is exposed by %d at most', (unit, most) => {
    const said = must(`systemd-analyze security --offline=true --no-pager ${UNITS}/${unit} | tail -1`)
    expect(Number(/: ([0-9.]+) /.exec(said)?.[1])).toBeLessThanOrEqual(most)
  })

  test('a VM without a revision is up, and its API answers', () => {
    for (const unit of ['infra-manager.service', 'varlink-api.service', 'varlink-api.socket', 'git-sync.timer'])
      expect([unit, must(`systemctl show --property=ActiveState --value ${unit}`)]).toEqual([unit, 'active'])
    expect(reply('Describe')).toMatchObject({ id: 'acme', machine: 'infra', repository: SOURCE, ref: 'main' })
    expect(call('Apply').stderr).toContain('io.bitbuilder.Tenant.NoRevision')
  })

  test('varlinkctl understands the interface, and finds it in the registry', () => {
    must(`varlinkctl introspect ${SOCKET} io.bitbuilder.Tenant >/tmp/idl && varlinkctl validate-idl /tmp/idl`)
    expect(must('cat /tmp/idl')).toContain('error SyncFailed')
    must(`varlinkctl introspect ${SOCKET} org.varlink.service | varlinkctl validate-idl`)
    expect(must(`varlinkctl list-interfaces ${SOCKET}`)).toBe('io.bitbuilder.Tenant\norg.varlink.service')
    expect(must('readlink -f /run/varlink/registry/io.bitbuilder.Tenant')).toBe(SOCKET)
  })

  test('a commit is brought, applied, and told of', async () => {
    const commit = bring(`${TOOLS('one')}${SITE('debian')}${SCRIPT('echo run >>/var/lib/ran')}`)
    await until('the application', 60, () => (reply('Status').provisionedCommit === commit ? true : undefined))
    expect(reply('Status')).toEqual({
      sync: 'current',
      wanted: commit,
      commit,
      applied: 'applied',
      appliedCommit: commit,
      provisionedCommit: commit,
      problems: [],
    })
    expect(merged()).toEqual(['tools', 'site'])
    expect(must('tool && cat /etc/site.conf /var/lib/ran')).toBe('one\nfrom the repository\nrun')
    must('systemctl reload infra-manager.service')
    expect(must('cat /var/lib/ran')).toBe('run')
  })

  test('of extensions that do not all fit there are none, and those before stay', () => {
    const before = reply('Status').appliedCommit
    const commit = bring(`${TOOLS('two')}${SITE('fedora')}`)
    const problems = [expect.objectContaining({ file: 'infrastructure/extensions/confext/site' })]
    const { replies, stderr } = call('Apply')
    expect([stderr.includes('io.bitbuilder.Tenant.ApplyFailed'), replies]).toEqual([true, [{ problems }]])
    expect(reply('Status')).toMatchObject({ commit, applied: 'failed', appliedCommit: before })
    expect(reply('Status').problems).toEqual(problems)
    expect([merged(), must('tool && cat /etc/site.conf')]).toEqual([['tools', 'site'], 'one\nfrom the repository'])
  })

  test('a reply comes when it begins, and one when it is done', () => {
    const commit = must(commitScript(`${TOOLS('three')}${SCRIPT('exit 0', 'health-check')}`))
    expect(call('Sync', {}, true).replies).toEqual([
      { state: 'running', problems: [] },
      { state: 'current', commit, problems: [] },
    ])
    expect(call('Apply', {}, true).replies).toEqual([
      { state: 'running', problems: [] },
      { state: 'applied', commit, problems: [] },
    ])
    expect([merged(), must('tool')]).toEqual([['tools'], 'three'])
    const numbers = call('ListRevisions', {}, true).replies.map(({ revision }) => revision)
    expect(numbers.map(({ number }) => number)).toEqual([1, 2, 3])
    expect(numbers.at(-1)).toEqual({ commit, number: 3, current: true, applied: true })
  })

  test('what changes something is for root, and nobody else', () => {
    const nobody = (method: string) =>
      status(
        `setpriv --reuid=65534 --regid=65534 --clear-groups varlinkctl call ${SOCKET} io.bitbuilder.Tenant.${method} '{}'`,
      )
    expect(nobody('Status').status).toBe(0)
    for (const method of ['Sync', 'Apply']) expect(nobody(method).stderr).toContain('failed: Permission denied')
  })

  test('nobody stays when nobody asks', async () => {
    await until('the end of connections', 20, () =>
      must("systemctl list-units --no-legend --all 'varlink-api@*'") === '' ? true : undefined,
    )
    expect(status('pgrep -f ^/usr/lib/bitbuilder/').stdout).toBe('')
    must('systemctl stop varlink-api.service')
    expect(status(`test -e ${SOCKET}`).status).toBe(1)
  })

  test('after a reboot it is what it was', async () => {
    await here.machine.reboot()
    await until('the manager', 60, () =>
      must('systemctl show --property=ActiveState --value infra-manager.service') === 'active' ? true : undefined,
    )
    expect([merged(), must('tool')]).toEqual([['tools'], 'three'])
    expect(reply('Status').applied).toBe('applied')
  })
})

/** Below the tree of a VM: what says on its console how it is. */
const REPORT = `[Unit]
After=multi-user.target infra-manager.service varlink-api.service
[Service]
Type=oneshot
StandardOutput=tty
TTYPath=/dev/console
ExecStart=/bin/sh -c 'for unit in multi-user.target infra-manager.service varlink-api.service; do echo "GUEST $unit $(systemctl is-active $unit)"; done'
ExecStart=/bin/sh -c 'echo "GUEST answers $(varlinkctl call --json=short ${SOCKET} io.bitbuilder.Tenant.Describe {})"'
ExecStart=/bin/sh -c 'systemctl list-units --failed --plain --no-legend --no-pager | sed "s/^/GUEST failed /"; echo "GUEST done"'
`

const INFRA = '/var/lib/tenants/acme/infra'

describe('the VM', () => {
  const here = useMachine({
    installed: true,
    files: {
      [REGISTRY]: registry({
        id: 'acme',
        enabled: false,
        infra: { memory: '512M', cpu: 2 },
        network: { mode: 'none' },
      }),
      '/etc/bitbuilder/bitbuilder.conf.d/kvm.conf': '[Machines]\nKVM=no\n',
    },
    prepare: networkdScript,
  })

  test('of the template boots, and everything of it is up', async () => {
    const { machine } = here
    const tree = `${INFRA}/rootfs`
    machine.must(`mkdir -p /var/lib/tenants/acme && bitbuilder template instantiate tenant-infra-template ${INFRA}`)
    machine.write(`${tree}/usr/lib/systemd/system/report.service`, REPORT)
    machine.must(`ln -s /usr/lib/systemd/system/report.service ${tree}/etc/systemd/system/multi-user.target.wants/`)
    machine.must('systemctl start --no-block tenant-infra@acme.service')
    const journal = () => machine.journal('--unit=tenant-infra@acme.service', '--output=cat')
    await until('the guest', 280, () => (/GUEST done/.test(journal()) ? true : undefined))
    const said = journal().match(/GUEST .*/g) ?? []
    expect(said.map((line) => line.trim())).toEqual([
      ...['multi-user.target', 'infra-manager.service', 'varlink-api.service'].map((unit) => `GUEST ${unit} active`),
      expect.stringContaining('"id":"acme","machine":"infra"'),
      'GUEST done',
    ])
  })
})
