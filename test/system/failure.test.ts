import { expect, test } from 'vitest'
import { ACME_PROD, EXTENSIONS, imagesScript, REGISTRY, registry, TENANT123 } from './fixtures.ts'
import { useMachine } from './machine.ts'

// What goes wrong with one tenant at boot costs that tenant, and neither the boot nor the others.

const SYSEXT = '/var/lib/tenants/tenant123/extensions/sysext'
const CONFEXT = '/var/lib/tenants/tenant123/extensions/confext'

const here = useMachine({
  installed: true,
  files: {
    ...EXTENSIONS,
    [REGISTRY]: registry(TENANT123, ACME_PROD, { id: 'nobody' }),
    '/etc/systemd/system/tenant-network@nobody.service.d/fail.conf': '[Service]\nExecStartPre=/usr/bin/false\n',
  },
  prepare: `${imagesScript}
    # A superblock, and nothing behind it.
    head -c 96 ${SYSEXT}/squash.raw >${SYSEXT}/torn.raw && truncate --size=8K ${SYSEXT}/torn.raw
    mkdir -p ${CONFEXT} && ln -s /etc ${CONFEXT}/host`,
})

const must = (command: string) => here.machine.must(command)
const active = (unit: string) => here.machine.show(unit, 'ActiveState').ActiveState

test('an image that cannot be mounted fails its tenant alone', () => {
  expect(active('run-bitbuilder-images-tenant123-sysext-torn.mount')).toBe('failed')
  expect(active('tenant@tenant123.service')).toBe('inactive')
  expect(here.machine.journal('--unit=tenant@tenant123.service')).toMatch(/Dependency failed/)
  expect(active('tenant@acme-prod.service')).toBe('active')
})

test('a tenant whose network cannot be set up does not start', () => {
  expect(active('tenant-network@nobody.service')).toBe('failed')
  expect(active('tenant@nobody.service')).toBe('inactive')
})

test('the boot is not held up by either', () => {
  expect(['local-fs.target', 'multi-user.target', 'tenants.target'].map(active)).toEqual(['active', 'active', 'active'])
  expect(active('emergency.service')).toBe('inactive')
  expect(must('systemctl list-units --failed --plain --no-legend | cut -d" " -f1 | sort').split('\n')).toEqual([
    'run-bitbuilder-images-tenant123-sysext-torn.mount',
    'tenant-network@nobody.service',
  ])
})

test("a link that leads out of the tenant's directory is left out, and is said to be", () => {
  const { status, stdout, stderr } = here.machine.run('bitbuilder verify tenant123')
  expect(status).toBe(1)
  expect(stdout + stderr).toMatch(/confext\/host.*leaving the extension out/)
})

test('once the image is taken away the tenant starts', () => {
  must(`rm ${SYSEXT}/torn.raw && systemctl daemon-reload && systemctl start tenant@tenant123.service`)
  expect(active('tenant@tenant123.service')).toBe('active')
  expect(must('ls -A /var/lib/tenants/tenant123/confext')).toBe('extension-release.d\nsite.conf')
  expect(must('cat /var/lib/tenants/tenant123/sysext/share/squash')).toBe('squash')
})
