import { readProvisionState } from '../git/state.ts'
import type { Host } from '../host/host.ts'
import { printable, renderHint, renderProblem } from '../report/problem.ts'
import { type Lease, readLeases, readUnitStates, type UnitStatus } from '../status/detail.ts'
import { readOverview, type TenantStatus } from '../status/overview.ts'
import { loadEntries } from './entries.ts'
import { type Colour, paint, printJson, table, type Verb } from './verb.ts'

/** As systemctl(1) `status` has them. */
const ALL_WELL = 0
const NOT_RUNNING = 3
const UNKNOWN = 4

const UNITS = ['B', 'K', 'M', 'G', 'T', 'P'] as const

/** `12.3M`, as systemd shows it. */
const showBytes = (bytes: number | undefined): string => {
  if (bytes === undefined) return '-'
  let count = bytes
  let unit = 0
  while (count >= 1024 && unit < UNITS.length - 1) {
    count /= 1024
    unit += 1
  }
  return `${unit === 0 ? count : count.toFixed(1)}${UNITS[unit]}`
}

const showSeconds = (seconds: number | undefined): string => {
  if (seconds === undefined) return '-'
  if (seconds < 60) return `${seconds.toFixed(1)}s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes}min ${Math.floor(seconds % 60)}s` : `${Math.floor(minutes / 60)}h ${minutes % 60}min`
}

const showMemory = ({ memory, memoryMax }: TenantStatus['usage']): string =>
  memoryMax === undefined ? showBytes(memory) : `${showBytes(memory)} of ${showBytes(memoryMax)}`

/** Enough of a commit to find it. */
const SHORT = 12

const colourOf = (state: string): Colour => {
  if (state === 'active') return 'green'
  if (state === 'failed' || state === 'refused') return 'red'
  return state === 'inactive' || state === 'elsewhere' ? 'grey' : 'yellow'
}

const HEADER = ['ID', 'STATE', 'MACHINES', 'REVISION', 'ADDRESS', 'MEMORY', 'CPU', 'PROBLEMS']

const cellsOf = ({ id, state, machines, revision, address, usage, problems }: TenantStatus): readonly string[] => [
  id,
  state,
  `${machines.up}/${machines.wanted}`,
  revision?.slice(0, SHORT) ?? '-',
  address ?? '-',
  showMemory(usage),
  showSeconds(usage.cpu),
  problems.length === 0 ? '-' : String(problems.length),
]

const printOverview = (host: Host, tenants: readonly TenantStatus[]): void => {
  if (tenants.length === 0) return
  const [head = '', ...lines] = table([HEADER, ...tenants.map(cellsOf)]).split('\n')
  const painted = lines.map((line, index) => {
    const { state } = tenants[index] as TenantStatus
    return line.replace(` ${state} `, ` ${paint(host, colourOf(state), state)} `)
  })
  host.print(`${[paint(host, 'bold', head), ...painted].join('\n')}\n`)
}

interface Detail {
  readonly tenant: TenantStatus
  readonly units: readonly UnitStatus[]
  readonly leases: readonly Lease[]
  /** What the last attempt at the repository came to. */
  readonly provision: ReturnType<typeof readProvisionState>
}

const showRevision = ({ tenant, provision }: Detail): string => {
  const { revision } = tenant
  if (revision === undefined && provision === undefined) return '-'
  const wanted =
    provision?.wanted === undefined || provision.wanted === revision ? '' : `, ${provision.wanted} is wanted`
  return `${revision ?? 'none yet'}${provision?.state === 'failed' ? ', the last attempt failed' : ''}${wanted}`
}

const unitTable = (host: Host, units: readonly UnitStatus[]): readonly string[] => {
  if (units.length === 0) return []
  const rows = units.map(({ unit, active, sub, since, result }) => [
    unit,
    `${active} (${result ?? sub})`,
    since === '' ? '-' : since,
  ])
  const [head = '', ...lines] = table([['UNIT', 'STATE', 'SINCE'], ...rows]).split('\n')
  const painted = lines.map((line, index) => {
    const { active } = units[index] as UnitStatus
    return line.replace(` ${active} `, ` ${paint(host, colourOf(active), active)} `)
  })
  return ['', paint(host, 'bold', head), ...painted]
}

const printDetail = (host: Host, detail: Detail): void => {
  const { tenant, units, leases } = detail
  const { id, state, machines, address, usage, problems } = tenant
  const values = [
    ['Tenant', id],
    ['State', paint(host, colourOf(state), state)],
    ['Machines', `${machines.up} of ${machines.wanted} up`],
    ['Revision', showRevision(detail)],
    ['Address', address ?? '-'],
    ['Memory', showMemory(usage)],
    ['CPU', showSeconds(usage.cpu)],
    ['Tasks', String(usage.tasks ?? '-')],
    ...leases.map((lease) => [
      'Lease',
      `${lease.address}${lease.name === undefined ? '' : ` ${printable(lease.name)}`}`,
    ]),
  ]
  const said = problems.flatMap((problem) => [renderProblem(problem), ...renderHint(problem)])
  const lines = [table(values), ...unitTable(host, units), ...(said.length === 0 ? [] : ['', 'PROBLEMS', ...said])]
  host.print(`${lines.join('\n')}\n`)
}

const showOne = (host: Host, id: string, tenants: readonly TenantStatus[], json: boolean): number => {
  const tenant = tenants.find((one) => one.id === id)
  if (tenant === undefined) {
    host.log('error', `tenant '${id}': is not in the registry, and does not run: bitbuilder list`)
    return UNKNOWN
  }
  const detail = {
    tenant,
    units: readUnitStates(host, id),
    leases: tenant.address === undefined ? [] : readLeases(host, id),
    provision: readProvisionState(host, id),
  }
  const { units, leases, provision } = detail
  if (json) printJson(host, { ...tenant, units, leases, provision })
  else printDetail(host, detail)
  return tenant.isDown || tenant.state !== 'active' ? NOT_RUNNING : ALL_WELL
}

export const status: Verb = {
  name: 'status',
  operand: { name: 'ID', required: false },
  summary: 'show what runs; exit status 3 when something does not that should',
  isLive: true,
  run: ({ host, operand, json }) => {
    const tenants = readOverview(host, loadEntries(host).loaded)
    if (operand !== undefined) return showOne(host, operand, tenants, json)
    if (json) printJson(host, tenants)
    else printOverview(host, tenants)
    return tenants.some(({ isDown }) => isDown) ? NOT_RUNNING : ALL_WELL
  },
}
