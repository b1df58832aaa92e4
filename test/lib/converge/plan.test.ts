import { describe, expect, test } from 'vitest'
import type { Actual, LoadedUnit } from '../../../lib/converge/actual.ts'
import type { Desired } from '../../../lib/converge/desired.ts'
import { plan } from '../../../lib/converge/plan.ts'
import { stepWords } from '../../../lib/converge/step.ts'

const SYSEXT = 'var-lib-tenants-acme-sysext.mount'
const IMAGE = 'run-bitbuilder-images-acme-sysext-tools.mount'
const LAYERS = 'tenant-layers@acme.service'
const WEB = 'tenant-vm@acme:web.service'
const INFRA = 'tenant-infra@acme.service'
const DB = 'tenant-container@acme:db.service'
const SERVICES = ['tenant-network@acme.service', 'tenant@acme.service']

const DESIRED: Desired = {
  id: 'acme',
  services: SERVICES,
  overlays: [],
  machines: [],
  companions: [],
  hasNetwork: true,
}

const overlay = (definition = 'Type=overlay\n', image = 'What=tools\n') => ({
  unit: SYSEXT,
  where: '/var/lib/tenants/acme/sysext',
  definition,
  overRootfs: false,
  below: [{ unit: IMAGE, definition: image }],
})

/** The merged /etc, which lies over the infrastructure VM's own. */
const CONFEXT = 'var-lib-tenants-acme-confext.mount'
const BOUND = 'run-bitbuilder-rootfs-acme.mount'
const overRootfs = {
  unit: CONFEXT,
  where: '/var/lib/tenants/acme/confext',
  definition: 'Type=overlay\n',
  overRootfs: true,
  below: [{ unit: BOUND, definition: 'Type=none\n' }],
}

interface World {
  readonly outdated?: string
  readonly up?: readonly string[]
  readonly down?: readonly string[]
  readonly needs?: Readonly<Record<string, string>>
  readonly mounted?: Readonly<Record<string, string>>
  readonly isNetworkOutdated?: boolean
  readonly isInfraOutdated?: boolean
  readonly changed?: Readonly<Record<string, readonly string[]>>
}

const unit = (state: string, needs = ''): LoadedUnit => ({ state, isUp: state === 'active', needs: [needs] })

const world = ({ outdated, up = [], down = [], needs = {}, mounted = {}, changed = {}, ...rest }: World): Actual => ({
  outdated,
  units: new Map([
    ...up.map((name) => [name, unit('active', needs[name])] as const),
    ...down.map((name) => [name, unit('failed')] as const),
  ]),
  mounted: new Map(Object.entries(mounted)),
  isInfraCurrent: rest.isInfraOutdated !== true,
  isNetworkCurrent: rest.isNetworkOutdated !== true,
  changed: new Map(Object.entries(changed)),
})

const steps = (desired: Partial<Desired> | undefined, actual: World) =>
  plan('acme', desired === undefined ? undefined : { ...DESIRED, ...desired }, world(actual)).map((step) =>
    stepWords(step).join(' '),
  )

const MOUNTED = { [SYSEXT]: 'Type=overlay\n', [IMAGE]: 'What=tools\n' }
const UP = [...SERVICES, LAYERS, SYSEXT, IMAGE]

describe('what is to be done', () => {
  test.each<[string, Partial<Desired> | undefined, World, readonly string[]]>([
    ['nothing', {}, { up: SERVICES }, []],
    [
      'nothing, with everything that there can be',
      { overlays: [overlay()], machines: [WEB, DB] },
      { up: [...UP, WEB, DB], mounted: MOUNTED, changed: { [WEB]: [] } },
      [],
    ],
    [
      'a fresh start',
      { overlays: [overlay()], machines: [WEB] },
      { outdated: 'x is missing' },
      ['daemon-reload', ...SERVICES.map((unit) => `start ${unit}`), `start ${SYSEXT}`, `start ${WEB}`],
    ],
    ['other limits', {}, { up: SERVICES, outdated: 'tenant-acme.slice is out of date' }, ['daemon-reload']],
    ['a machine comes', { machines: [WEB] }, { up: SERVICES }, [`start ${WEB}`]],
    ['a machine that failed', { machines: [WEB] }, { up: SERVICES, down: [WEB] }, [`start ${WEB}`]],
    ['a machine goes', { machines: [DB] }, { up: [...SERVICES, WEB, DB] }, [`stop ${WEB}`]],
    [
      'a machine changes',
      { machines: [WEB, DB] },
      { up: [...SERVICES, WEB, DB], changed: { [WEB]: ['tree'], [DB]: [] } },
      [`restart ${WEB}`],
    ],
    ['a machine of which nobody knows what it was started with', { machines: [WEB] }, { up: [...SERVICES, WEB] }, []],
    [
      'another network, with a machine more: its port is known before it starts',
      { machines: [WEB] },
      { up: SERVICES, isNetworkOutdated: true },
      ['reload tenant-network@acme.service', `start ${WEB}`],
    ],
    [
      'no network any more',
      { hasNetwork: false, machines: [WEB] },
      { up: [...SERVICES, WEB], isNetworkOutdated: true, changed: { [WEB]: ['bridge'] } },
      ['restart tenant-network@acme.service', `restart ${WEB}`],
    ],
    [
      'a network of a tenant that does not run',
      {},
      { isNetworkOutdated: true },
      SERVICES.map((unit) => `start ${unit}`),
    ],
    [
      'a network namespace comes, health checks go',
      { companions: ['netns-tenant@acme.service'] },
      { up: [...SERVICES, 'tenant-health@acme.timer'], isNetworkOutdated: true },
      ['stop tenant-health@acme.timer', 'reload tenant-network@acme.service', 'start netns-tenant@acme.service'],
    ],
    [
      'what runs for a while only',
      {},
      { up: [...SERVICES, 'tenant-provision@acme.service', 'tenant-health@acme.service', 'tenant-acme.slice'] },
      [],
    ],
    [
      'another tree for the infrastructure VM, with an overlay that lies over it',
      { overlays: [overRootfs], machines: [INFRA] },
      {
        up: [...SERVICES, LAYERS, CONFEXT, BOUND, INFRA],
        needs: { [INFRA]: overRootfs.where },
        changed: { [INFRA]: ['tree'] },
        isInfraOutdated: true,
      },
      [
        `stop ${INFRA}`,
        `stop ${CONFEXT}`,
        `stop ${BOUND}`,
        `renew ${INFRA}`,
        `start ${BOUND}`,
        `reload ${LAYERS}`,
        `start ${CONFEXT}`,
        `start ${INFRA}`,
      ],
    ],
    [
      'another tree for the infrastructure VM, and nothing over it but what has the base of the host',
      { overlays: [overlay()], machines: [INFRA] },
      { up: [...UP, INFRA], mounted: MOUNTED, changed: { [INFRA]: ['tree'] }, isInfraOutdated: true },
      [`restart ${INFRA}`],
    ],
    [
      'extensions of the infrastructure VM, which is composed again',
      { overlays: [overlay()], machines: [INFRA] },
      { up: [...SERVICES, INFRA], outdated: 'x', changed: { [INFRA]: ['extensions'] } },
      ['daemon-reload', `start ${SYSEXT}`, `restart ${INFRA}`],
    ],
    [
      'the first extension',
      { overlays: [overlay()] },
      { up: SERVICES, outdated: `${SYSEXT} is missing` },
      ['daemon-reload', `start ${SYSEXT}`],
    ],
    [
      'an extension more: the machine on top of it is out of the way meanwhile, the other one is not',
      { overlays: [overlay('Type=overlay\nmore\n')], machines: [DB, WEB] },
      {
        up: [...UP, WEB, DB],
        needs: { [WEB]: '/var/lib/tenants/acme/sysext', [DB]: '/var/lib/tenants/acme/sysext2' },
        mounted: MOUNTED,
      },
      [`stop ${WEB}`, `stop ${SYSEXT}`, `reload ${LAYERS}`, `start ${SYSEXT}`, `start ${WEB}`],
    ],
    [
      'another image of the same name',
      { overlays: [overlay(undefined, 'What=other\n')] },
      { up: UP, mounted: MOUNTED },
      [`stop ${SYSEXT}`, `stop ${IMAGE}`, `start ${IMAGE}`, `reload ${LAYERS}`, `start ${SYSEXT}`],
    ],
    [
      'the second class of extensions',
      { overlays: [overlay()] },
      { up: [...SERVICES, LAYERS] },
      [`start ${IMAGE}`, `reload ${LAYERS}`, `start ${SYSEXT}`],
    ],
    ['no extension is left', {}, { up: UP, mounted: MOUNTED }, [`stop ${SYSEXT}`, `stop ${IMAGE}`, `stop ${LAYERS}`]],
    [
      'a machine that runs on top of extensions no longer',
      { machines: [WEB, DB] },
      { up: [...UP, WEB, DB], mounted: MOUNTED, changed: { [WEB]: ['tree'], [DB]: [] } },
      [`stop ${WEB}`, `stop ${SYSEXT}`, `stop ${IMAGE}`, `stop ${LAYERS}`, `start ${WEB}`],
    ],
    [
      'mounts of which nobody knows what they were made of',
      { overlays: [overlay('Type=overlay\nmore\n')] },
      { up: UP },
      [],
    ],
    [
      'a tenant that has no entry',
      undefined,
      { up: [...UP, WEB], outdated: 'x is left over' },
      ['daemon-reload', 'stop tenant@acme.service'],
    ],
    ['what is left of one', undefined, { up: [WEB, SYSEXT], down: SERVICES }, [`stop ${WEB}`, `stop ${SYSEXT}`]],
    ['a tenant that is not there at all', undefined, { down: SERVICES }, []],
  ])('%s', (_, desired, actual, expected) => {
    expect(steps(desired, actual)).toEqual(expected)
  })
})

test('only what is of a disk image may fail to be mounted', () => {
  const disk = 'run-bitbuilder-images-acme-sysext-.disk-site.mount'
  const [{ below, ...merged }] = [overlay()]
  const layers = [...below, { unit: disk, definition: 'Type=ddi\nX-Image=/site.raw\n' }]
  const found = plan(
    'acme',
    { ...DESIRED, overlays: [{ ...merged, below: layers }] },
    world({ up: [...SERVICES, LAYERS], mounted: {} }),
  )
  expect(found.filter(({ why }) => why === 'is a layer')).toEqual([
    { do: 'start', unit: IMAGE, why: 'is a layer' },
    { do: 'start', unit: disk, why: 'is a layer', mayFail: true },
  ])
})
