import type { Host, Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { RUNTIME_DIR, STATE_DIR, STORAGE_LOCK, STORAGE_STATE } from '../layout/paths.ts'
import { jsonText } from '../report/json-text.ts'

/** Which tenant has which project id: `storage.json`. Given out once, and kept: all files of the tenant bear it. */
export type Projects = ReadonlyMap<string, number>

/** A range that neither people nor others use: theirs are small, and those of systemd begin at 2^31. */
const FIRST = 0x70000000
const LAST = 0x7fffffff

const LARGEST = 8 << 20
/** Seconds. */
const PATIENCE = 60

const isProject = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= FIRST && (value as number) <= LAST

/** Throws HostError when the file is there and cannot be understood: guessing would give two tenants one limit. */
export const readProjects = (reader: Reader): Projects => {
  const found = reader.readFile(STORAGE_STATE, LARGEST)
  if (found === undefined) return new Map()
  let tenants: unknown
  try {
    tenants = (JSON.parse(jsonText(found)) as { tenants?: unknown }).tenants
  } catch {
    throw new HostError(STORAGE_STATE, 'is not valid JSON')
  }
  const entries = Object.entries((tenants ?? {}) as Record<string, { project?: unknown } | null>)
  const bad = entries.find(([, one]) => !isProject(one?.project))
  if (bad !== undefined) throw new HostError(STORAGE_STATE, `tenant '${bad[0]}' has no project`)
  return new Map(entries.map(([id, one]) => [id, one?.project as number]))
}

const writeProjects = (host: Host, projects: Projects): void => {
  const sorted = [...projects].sort(([a], [b]) => (a < b ? -1 : 1))
  const tenants = Object.fromEntries(sorted.map(([id, project]) => [id, { project }]))
  host.replaceFile(STORAGE_STATE, `${JSON.stringify({ tenants }, null, 2)}\n`, 0o644)
}

const withProjects = <T>(host: Host, work: (projects: Projects) => T): T => {
  host.makeDir(RUNTIME_DIR)
  host.makeDir(STATE_DIR)
  return host.withLock(STORAGE_LOCK, PATIENCE, () => work(readProjects(host)))
}

/** The tenant's project, given out now if it has none. */
export const allocateProject = (host: Host, id: string): number =>
  withProjects(host, (projects) => {
    const own = projects.get(id)
    if (own !== undefined) return own
    const taken = new Set(projects.values())
    let project = FIRST
    while (taken.has(project)) project += 1
    if (project > LAST) throw new HostError(STORAGE_STATE, 'all projects are given out')
    writeProjects(host, new Map([...projects, [id, project]]))
    return project
  })

/** Of a tenant whose data is gone. */
export const forgetProject = (host: Host, id: string): void => {
  if (!readProjects(host).has(id)) return
  withProjects(host, (projects) => writeProjects(host, new Map([...projects].filter(([other]) => other !== id))))
}
