import { readConfig } from '../config/config.ts'
import { withoutCredentials } from '../git/url.ts'
import type { Host } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { bridgeAlternativeName, bridgeName, tenantService, tenantSlice } from '../layout/names.ts'
import { tenantDir } from '../layout/paths.ts'
import { bridgeAddress, formatAddress, tenantPrefix } from '../network/address.ts'
import { readAllocation } from '../network/allocation.ts'
import { tenantFiles } from '../program/tenant-files.ts'
import { renderHint, renderProblem } from '../report/problem.ts'
import type { Loaded } from '../tenant/load.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { parseSize, showSize } from '../tenant/values.ts'
import { findEntry, loadEntries } from './entries.ts'
import { printJson, table, type Verb } from './verb.ts'

/** The bridge's index and address, as far as they are known before the first start. */
const network = (host: Host, tenant: Tenant): string => {
  if (tenant.network.mode === 'none') return 'none'
  return orElse(
    () => {
      const numbers = readAllocation(host).get(tenant.id)
      const index = tenant.network.index ?? numbers?.index
      if (index === undefined) return 'index given out at the first start'
      const { pool, tenantPrefix: bits } = readConfig(host).value
      const { address, bits: length } = bridgeAddress(tenantPrefix(pool, bits, index))
      return `${formatAddress(address)}/${length} (index ${index})`
    },
    ({ message }) => message,
  )
}

const sizeOr = (size: string | undefined): string => (size === undefined ? 'not limited' : showSize(size))

const values = (host: Host, loaded: Loaded): readonly (readonly [string, string])[] => {
  if (loaded.state === 'refused') return []
  const { tenant } = loaded
  const { resources, infra, extensions } = tenant
  const yesNo = (flag: boolean): string => (flag ? 'yes' : 'no')
  return [
    ['Description', tenant.description ?? ''],
    ['Starts at boot', yesNo(tenant.enabled)],
    ['CPUs', String(resources.cpu ?? 'not limited')],
    ['Memory', sizeOr(resources.memory)],
    ['Tasks', String(resources.tasks ?? 'not limited')],
    ['Storage', sizeOr(resources.storage)],
    ['Infrastructure VM', infra.enabled === undefined ? 'when there is an infra/rootfs' : yesNo(infra.enabled)],
    [
      'Extensions',
      `over the ${extensions.base === 'host' ? "host's" : "tenant's"} /usr${extensions.mutable ? ', writable' : ''}`,
    ],
    ['Network', network(host, tenant)],
  ]
}

const describe = (host: Host, loaded: Loaded) => {
  const { id, state } = loaded
  const definedIn = loaded.state === 'refused' ? loaded.definedIn : loaded.tenant.definedIn
  const { files, problems } = tenantFiles(host, loaded)
  const names = {
    unit: tenantService(id),
    slice: tenantSlice(id),
    bridge: bridgeName(id),
    alternativeBridge: bridgeAlternativeName(id),
    directory: tenantDir(id),
  }
  return { id, state, definedIn, names, files, problems }
}

const bytes = (size: string | undefined): number | undefined => (size === undefined ? undefined : parseSize(size))

/** For programs, which count in bytes, and for logs, in which no password belongs. */
const forPrograms = ({ resources, infra, repository, ...rest }: Tenant) => ({
  ...rest,
  ...(repository === undefined ? {} : { repository: { ...repository, url: withoutCredentials(repository.url) } }),
  resources: { ...resources, memory: bytes(resources.memory), storage: bytes(resources.storage) },
  infra: { ...infra, memory: bytes(infra.memory) },
})

const print = (host: Host, loaded: Loaded): void => {
  const { id, state, definedIn, names, files, problems } = describe(host, loaded)
  const rows = [
    ['Tenant', id],
    ['State', state],
    ['Defined in', definedIn],
    ...values(host, loaded),
    ['Unit', names.unit],
    ['Slice', names.slice],
    ['Bridge', `${names.bridge} (${names.alternativeBridge})`],
    ['Directory', names.directory],
  ]
  const units = files.map(({ path, target }) => `  ${path}${target === undefined ? '' : ` -> ${target}`}`)
  const said = problems
    .flatMap((problem) => [renderProblem(problem), ...renderHint(problem)])
    .map((line) => `  ${line}`)
  host.print(
    `${[table(rows), ...(said.length === 0 ? [] : ['Problems', ...said]), 'Generated', ...units].join('\n')}\n`,
  )
}

export const show: Verb = {
  name: 'show',
  operand: { name: 'ID', required: true },
  summary: 'show what is known of one tenant, and its units',
  run: ({ host, operand, json }) => {
    const loaded = findEntry(loadEntries(host), operand as string)
    if (json)
      printJson(host, {
        ...describe(host, loaded),
        ...(loaded.state === 'refused' ? {} : { tenant: forPrograms(loaded.tenant) }),
      })
    else print(host, loaded)
    return 0
  },
}
