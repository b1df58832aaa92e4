import { parseTree } from 'jsonc-parser'
import { readConfig } from '../config/config.ts'
import type { Host } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { REGISTRY_SEARCH_PATH, tenantDir } from '../layout/paths.ts'
import type { JsonSource } from '../report/json-source.ts'
import { type Problem, wholeFile } from '../report/problem.ts'
import { tallyOf } from '../report/tally.ts'
import { placeAt } from '../report/text-place.ts'
import { storageProblems } from '../storage/limit.ts'
import type { Entries } from './entries.ts'
import { networkChecks } from './network-checks.ts'
import { repositoryChecks } from './repository-checks.ts'

/** What a generator has no time for and an administrator wants to know: nothing here stops a tenant. */

const warn = (file: string, message: string): Problem => ({ severity: 'warning', at: wholeFile(file), message })

/** JSON.parse keeps the last of two and says nothing. */
const doubledKeys = ({ file, text, path }: JsonSource, id: string): readonly Problem[] => {
  const tally = tallyOf(file, 'warning')
  // A file of one entry is that tenant's; tenants.json is everybody's.
  const tenant = path.length === 0 ? { tenant: id } : {}
  const visit = (node: ReturnType<typeof parseTree>): void => {
    const seen = new Set<unknown>()
    for (const child of node?.children ?? []) {
      const key = node?.type === 'object' ? child.children?.[0] : undefined
      if (key !== undefined && seen.has(key.value)) {
        tally.add(() => ({
          severity: 'warning',
          at: placeAt(file, text, key.offset),
          message: `key '${String(key.value)}' is given twice, the last one counts`,
          ...tenant,
        }))
      }
      seen.add(key?.value)
      visit(key === undefined ? child : child.children?.[1])
    }
  }
  try {
    visit(parseTree(text))
  } catch {
    // Nested too deeply for a tree: said elsewhere, where it matters.
  }
  return tally.problems()
}

const strayFiles = (host: Host): readonly Problem[] =>
  REGISTRY_SEARCH_PATH.filter((path) => path.endsWith('.d')).flatMap((dir) => {
    const found = orElse(
      () => host.readDir(dir),
      () => undefined,
    )
    return (found?.entries ?? [])
      .map(({ name }) => name)
      .filter((name) => !name.endsWith('.json') && !name.startsWith('.'))
      .map((name) => warn(`${dir}/${name}`, 'is no ID.json, nobody reads it'))
  })

const strayDirectories = ({ provisioned, loaded }: Entries): readonly Problem[] => {
  const known = new Set(loaded.map(({ id }) => id))
  return [...provisioned]
    .filter((id) => !known.has(id))
    .sort()
    .map((id) => warn(tenantDir(id), 'belongs to no tenant of the registry'))
}

const config = (host: Host): readonly Problem[] =>
  orElse<readonly Problem[]>(
    () => readConfig(host).problems,
    ({ path, reason }) => [{ severity: 'error', at: wholeFile(path), message: reason }],
  )

/** Everything beyond what the generators say. */
export const furtherChecks = (host: Host, entries: Entries): readonly Problem[] => {
  const sources = new Map(entries.load.registry.entries.map(({ id, source }) => [id, source]))
  const texts = new Map([...sources].map(([id, source]) => [source.file, { id, source }]))
  const here = entries.loaded.flatMap((one) =>
    one.state === 'here' ? [{ tenant: one.tenant, source: sources.get(one.id) as JsonSource }] : [],
  )
  return [
    ...config(host),
    ...[...texts.values()].flatMap(({ id, source }) => doubledKeys(source, id)),
    ...strayFiles(host),
    ...strayDirectories(entries),
    ...networkChecks(host, here),
    ...repositoryChecks(host, here),
    ...here.flatMap(({ tenant, source }) => storageProblems(host, tenant, source)),
  ]
}
