import { expect, test } from 'vitest'
import { REGISTRY, registry } from './fixtures.ts'
import { useMachine } from './machine.ts'

// A tenant's infra/rootfs is what its guest's root writes. Extensions are laid over it all the same.

const DIR = '/var/lib/tenants/acme'
const ROOTFS = `${DIR}/infra/rootfs`

const here = useMachine({
  installed: true,
  files: {
    [REGISTRY]: registry({ id: 'acme', infra: { enabled: false }, extensions: { base: 'rootfs' } }),
    [`${ROOTFS}/usr/lib/os-release`]: 'ID=debian\n',
    [`${ROOTFS}/etc/guest.conf`]: 'guest\n',
    [`${DIR}/extensions/sysext/tools/usr/lib/extension-release.d/extension-release.tools`]: 'ID=debian\n',
    [`${DIR}/extensions/confext/site/etc/extension-release.d/extension-release.site`]: 'ID=debian\n',
  },
})

const must = (command: string) => here.machine.must(command)
const active = (unit: string) => here.machine.show(unit, 'ActiveState').ActiveState

test("the tenant's own tree lies below its extensions", () => {
  expect(active('tenant@acme.service')).toBe('active')
  expect(must(`ls ${DIR}/sysext/lib`)).toBe('extension-release.d\nos-release')
  expect(must(`ls ${DIR}/confext`)).toBe('extension-release.d\nguest.conf')
  expect(must('findmnt --noheadings --output OPTIONS /run/bitbuilder/rootfs/acme')).toMatch(/^ro,.*nosymfollow/)
})

const swapEtc = (): string => must(`mv ${ROOTFS}/etc ${ROOTFS}/away && ln -s /etc ${ROOTFS}/etc`)
const putEtcBack = (): string => must(`rm ${ROOTFS}/etc && mv ${ROOTFS}/away ${ROOTFS}/etc`)

// No daemon-reload in between: the generator has looked at what was there before.
const startInVain = (): void => {
  expect(here.machine.run('systemctl start tenant@acme.service').status).not.toBe(0)
  expect(here.machine.run(`test -e ${DIR}/confext/shadow`).status).toBe(1)
}

/** With the link in place the tenant fails, and this unit with it. */
const expectStopped = (unit: string): void => {
  swapEtc()
  startInVain()
  expect(active(unit)).toBe('failed')
  putEtcBack()
}

test('a link that the guest puts in the place of its /etc keeps the tenant from starting', () => {
  must('systemctl stop tenant@acme.service')
  here.machine.settle()
  expectStopped('tenant-layers@acme.service')
})

test('one that comes after that has been looked at does not either: the kernel follows none there', () => {
  must('systemctl start tenant-layers@acme.service')
  expectStopped('var-lib-tenants-acme-confext.mount')
})

test('with its own tree back the tenant starts, and takes the bound tree away when it stops', () => {
  must('systemctl start tenant@acme.service')
  expect(must(`cat ${DIR}/confext/guest.conf`)).toBe('guest')
  must('systemctl stop tenant@acme.service')
  here.machine.settle()
  expect(must('findmnt --raw --noheadings --output TARGET')).not.toMatch(/bitbuilder|acme/)
})
