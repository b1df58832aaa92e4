import type { Host } from '../lib/host/host.ts'
import { HostError } from '../lib/host/host.ts'
import { infraService, machinePatterns, mountUnit } from '../lib/layout/names.ts'
import { EXTENSION_CLASSES, GENERATOR_DIR, mergedDir, RELOAD_LOCK, RUNTIME_DIR } from '../lib/layout/paths.ts'
import { logProblems } from '../lib/program/generator.ts'
import { isUp, queueJobs, reloadManager, showUnits, startUnits } from '../lib/program/systemctl.ts'
import { tenantFiles } from '../lib/program/tenant-files.ts'
import { tenantProgram } from '../lib/program/tenant-program.ts'
import { loadToRun } from '../lib/tenant/one.ts'
import { isInstalled } from '../lib/units/installed.ts'
import type { Rendered } from '../lib/units/write.ts'

const PATIENCE_LOCK = 300

/**
 * One reload for all tenants that wait for one: who gets the lock looks again first. Throws when the generators do not
 * write what they should, even then: another reload would not help.
 */
const reloadIfNeeded = (host: Host, files: readonly Rendered[]): void => {
  const missing = (): Rendered | undefined => files.find((file) => !isInstalled(host, file))
  if (missing() === undefined) return
  host.makeDir(RUNTIME_DIR)
  host.withLock(RELOAD_LOCK, PATIENCE_LOCK, () => {
    if (missing() !== undefined) reloadManager(host)
  })
  const left = missing()
  if (left === undefined) return
  throw new HostError(
    `${GENERATOR_DIR}/${left.path}`,
    'was not written by the generators: journalctl --dmesg, bitbuilder verify',
  )
}

const overlays = (id: string): readonly string[] => EXTENSION_CLASSES.map((kind) => mountUnit(mergedDir(id, kind)))

/** Machines come after the tenant itself is up, so their jobs are queued and not waited for. */
const machinesOf = (id: string, files: readonly Rendered[]): readonly string[] =>
  files
    .filter(({ path, target }) => target !== undefined && /^tenant-(?:infra|vm|container)@[^/]+$/.test(path))
    .map(({ path }) => path)
    .filter((name) => name === infraService(id) || name.includes(`@${id}:`))

/** What is loaded of this tenant and runs. */
const running = (host: Host, id: string): readonly string[] =>
  showUnits(host, [...overlays(id), infraService(id), ...machinePatterns(id)], ['Id', 'ActiveState'])
    .filter(isUp)
    .map(({ Id: name = '' }) => name)

const converge = (host: Host, id: string, files: readonly Rendered[]): void => {
  const mounts = overlays(id).filter((name) => files.some(({ path }) => path === name))
  const machines = machinesOf(id, files)
  const up = running(host, id)
  const wanted = [...mounts, ...machines]
  queueJobs(
    host,
    'stop',
    up.filter((name) => !wanted.includes(name)),
  )
  startUnits(
    host,
    mounts.filter((name) => !up.includes(name)),
  )
  queueJobs(
    host,
    'start',
    machines.filter((name) => !up.includes(name)),
  )
}

/** tenant-manager(8): makes what runs what should run, and ends. */
export const tenantManager = tenantProgram('tenant-manager', (host, id) => {
  const { files, problems } = tenantFiles(host, loadToRun(host, id))
  logProblems(host, '', problems)
  // The start-up link says whether the tenant starts at boot, not how it runs.
  reloadIfNeeded(
    host,
    files.filter(({ path }) => !path.includes('.wants/')),
  )
  converge(host, id, files)
  return 0
})
