import type { Host, Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { RUNTIME_DIR, STATE_DIR, STORAGE_LOCK, STORAGE_STATE } from '../layout/paths.ts'
import { readStateFile, writeStateFile } from '../tenant/state-file.ts'

/** Which tenant has which project id: `storage.json`. Given out once, and kept: all files of the tenant bear it. */
export type Projects = ReadonlyMap<string, number>

/** A range that neither people nor others use: theirs are small, and those of systemd begin at 2^31. */
const FIRST = 0x70000000
const LAST = 0x7fffffff

/** Seconds. */
const PATIENCE = 60

const hasProject = (value: unknown): value is { readonly project: number } => {
  const { project } = (value ?? {}) as { project?: unknown }
  return Number.isSafeInteger(project) && (project as number) >= FIRST && (project as number) <= LAST
}

/** Throws HostError when the file is there and cannot be understood. */
export const readProjects = (reader: Reader): Projects => {
  const found = readStateFile(reader, STORAGE_STATE, hasProject, 'has no project')
  return new Map([...found].map(([id, { project }]) => [id, project]))
}

const writeProjects = (host: Host, projects: Projects): void =>
  writeStateFile(host, STORAGE_STATE, new Map([...projects].map(([id, project]) => [id, { project }])))

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
