import { readOsRelease } from '../extensions/release.ts'
import type { Environment, Host, Level, Output, Reader } from '../host/host.ts'
import { HostError, orElse } from '../host/host.ts'
import { REGISTRY_SERVICE } from '../layout/names.ts'
import { STATE_DIR } from '../layout/paths.ts'
import { append } from '../report/append.ts'
import type { Problem } from '../report/problem.ts'
import { isError, renderHint, renderProblem, wholeFile } from '../report/problem.ts'
import type { OsRelease } from '../systemd/os-release.ts'
import { UnitTextError } from '../systemd/unit.ts'
import type { UnitSet } from '../systemd/unit-set.ts'
import { readProvisioned } from '../tenant/disk.ts'
import type { Load, Loaded } from '../tenant/load.ts'
import { prepareLoad } from '../tenant/load.ts'
import { unitSetWriter } from '../units/write.ts'
import { isSwitchedOff } from './switched-off.ts'

export interface Planned {
  readonly set: UnitSet
  readonly problems: readonly Problem[]
}

/** What a generator knows when it looks at a tenant. */
export interface View {
  readonly reader: Reader
  /** Ids with a directory below /var/lib/tenants. */
  readonly provisioned: ReadonlySet<string>
  /** The host's own. */
  readonly release: () => OsRelease
}

/** What a generator sees; the host's os-release is read when it is first asked for, and once. */
export const viewOf = (reader: Reader, provisioned: ReadonlySet<string>): View => {
  let known: OsRelease | undefined
  const release = (): OsRelease => {
    known ??= readOsRelease(reader, '')
    return known
  }
  return { reader, provisioned, release }
}

/** One generator as data: what it writes for a tenant, and what besides. Its entry is read and checked by `load`. */
export interface Generator {
  readonly name: string
  tenant(id: string, view: View, load: () => Loaded): Planned
  /**
   * Written once, after the tenants. `common`: what is wrong and belongs to no tenant. `late`: the file systems that hold
   * tenants are not all there yet.
   */
  besides(common: readonly Problem[], late: boolean): Planned
}

/** systemd.generator(7) gives no limit of its own under 90 s, and all of it is boot. Milliseconds. */
const PATIENCE = 2000

type Emit = (set: UnitSet, tenant?: string) => readonly Problem[]

const failure = (id: string, thrown: unknown): Problem => {
  const message =
    thrown instanceof HostError
      ? thrown.reason
      : thrown instanceof UnitTextError
        ? thrown.message
        : `internal error: ${String(thrown)}`
  return { severity: 'error', at: wholeFile(thrown instanceof HostError ? thrown.path : id), message, tenant: id }
}

/**
 * The whole plan, tenant by tenant: whatever happens to one, the others are written. Returns all that was wrong. After
 * `patience`, in milliseconds of its own work, it stops with what it has: how long the engine took to start on a busy host
 * does not count.
 */
export const runPlan = (
  reader: Reader & Environment,
  generator: Generator,
  emit: Emit,
  patience: number = Number.POSITIVE_INFINITY,
): readonly Problem[] => {
  const deadline = reader.now() + patience
  const problems: Problem[] = []
  const { value: found, problems: listing } = readProvisioned(reader)
  const provisioned = found ?? new Set<string>()
  const load = prepareLoad(reader, provisioned)
  const { entries } = load.registry

  const view = viewOf(reader, provisioned)

  for (const [index, entry] of entries.entries()) {
    if (reader.now() > deadline) {
      const rest = entries.length - index
      problems.push({
        severity: 'error',
        at: wholeFile(entry.source.file),
        message: `gave up after ${patience / 1000} s, ${rest} of ${entries.length} tenants from '${entry.id}' on have no units`,
        hint: 'systemctl daemon-reload',
      })
      break
    }
    try {
      const { set, problems: own } = generator.tenant(entry.id, view, () => load.load(entry))
      append(problems, own)
      if (set.length > 0) append(problems, emit(set, entry.id))
    } catch (thrown) {
      problems.push(failure(entry.id, thrown))
    }
  }
  const common = [...load.registry.problems, ...listing]
  try {
    const { set, problems: own } = generator.besides(common, isLate(reader, found, load))
    append(problems, own)
    append(problems, emit(set))
  } catch (thrown) {
    append(problems, common)
    problems.push(failure(REGISTRY_SERVICE, thrown))
  }
  return problems
}

/** A `/var` that is no directory has been reported by everybody who looked for files in it. */
const isThere = (reader: Reader, path: string): boolean =>
  orElse(
    () => reader.stat(path) !== undefined,
    () => false,
  )

/** Before /var is mounted neither the registry nor the tenants are there; a mounted but empty one may hide a mount as well. */
const isLate = (reader: Reader, provisioned: ReadonlySet<string> | undefined, load: Load): boolean => {
  if (provisioned === undefined || !isThere(reader, STATE_DIR)) return true
  const { entries } = load.registry
  return entries.length > 0 && !entries.some(({ id }) => provisioned.has(id))
}

const LEVEL: Readonly<Record<Problem['severity'], Level>> = { error: 'error', warning: 'warning' }

/** Every problem on its line, its hint below. */
export const logProblems = (output: Output, prefix: string, problems: readonly Problem[]): void => {
  for (const problem of problems) {
    for (const line of [renderProblem(problem), ...renderHint(problem)])
      output.log(LEVEL[problem.severity], `${prefix}${line}`)
  }
}

/** systemd.generator(7): a whole generator's life. Exit status 1 exactly when something was wrong, 2 for a wrong call. */
export const runGenerator = (host: Host, args: readonly string[], generator: Generator): number => {
  const [normal] = args
  if (normal === undefined || normal === '' || (args.length !== 1 && args.length !== 3)) {
    host.log('error', `usage: ${generator.name} NORMAL-DIR [EARLY-DIR LATE-DIR]`)
    return 2
  }
  if (isSwitchedOff(host)) return 0
  const problems = runPlan(host, generator, unitSetWriter(host, normal, generator.name), PATIENCE)
  logProblems(host, `${generator.name}: `, problems)
  return problems.some(isError) ? 1 : 0
}
