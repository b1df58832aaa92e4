import { readManifest, readProvisionState } from '../git/state.ts'
import { leaveWish, type Wish } from '../git/wish.ts'
import type { Host } from '../host/host.ts'
import { HostError, orElse } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { provisionService, tenantService } from '../layout/names.ts'
import { isRunning, showUnits } from '../program/systemctl.ts'
import { tenantToProvision } from '../tenant/one.ts'
import { printJson, problemText, type Verb } from './verb.ts'

/** As long as the unit may take, and a little more. */
const PATIENCE = 3700

const newToken = (host: Host): string => host.readFile('/proc/sys/kernel/random/uuid', 64)?.text.trim() ?? ''

type Trees = Readonly<Record<string, string>>

const treesOf = (host: Host, id: string): Trees =>
  orElse<Trees>(
    () => readManifest(host, id)?.trees ?? {},
    () => ({}),
  )

interface Change {
  readonly tree: string
  readonly change: 'added' | 'changed' | 'removed'
}

/** What differs between two manifests, sorted. */
const compare = (before: Trees, after: Trees): readonly Change[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((tree): readonly Change[] => {
    if (before[tree] === after[tree]) return []
    return [{ tree, change: before[tree] === undefined ? 'added' : after[tree] === undefined ? 'removed' : 'changed' }]
  })

/** Lets the unit run once with a wish, in its own sandbox; what it says is in the state then. Throws HostError when it did not come to it. */
const runUnit = (host: Host, id: string, wish: Wish): void => {
  leaveWish(host, id, wish)
  const start = () => host.run(['systemctl', 'restart', '--', provisionService(id)], PATIENCE)
  const isAnswered = (): boolean => readProvisionState(host, id)?.answers === wish.token
  // A run that was on its way already knew nothing of the wish.
  const first = start()
  const { status, stderr } = first.status !== 0 || isAnswered() ? first : start()
  if (isAnswered()) return
  const words = status === 0 ? 'did not answer' : stderr.trim().split('\n')[0]
  throw new HostError(provisionService(id), `${words}: journalctl --unit=${provisionService(id)}`)
}

/** One that is only about to be started, as after a failure, takes no reload and finds the new revision itself. */
const reloadIfUp = (host: Host, id: string): boolean => {
  const isUp = showUnits(host, [tenantService(id)], ['ActiveState']).some((unit) => isRunning(unit.ActiveState))
  if (isUp) mustRun(host, ['systemctl', 'reload', '--', tenantService(id)], PATIENCE)
  return isUp
}

const describe = (host: Host, id: string, wish: Wish) => {
  const before = readProvisionState(host, id)?.commit
  const trees = treesOf(host, id)
  runUnit(host, id, wish)
  const { state, commit, wanted, pinned, problems } = readProvisionState(host, id) ?? { state: 'failed', problems: [] }
  const changes = compare(trees, treesOf(host, id))
  const reloaded = commit !== undefined && reloadIfUp(host, id)
  return { id, state, before, commit, wanted, pinned, changes, reloaded, problems }
}

type Report = ReturnType<typeof describe>

const headline = ({ id, before, commit }: Report): string => {
  if (commit === undefined) return `${id}: has no revision`
  if (before === commit) return `${id}: revision ${commit}, as before`
  return `${id}: revision ${commit}, before ${before ?? 'none'}`
}

const print = (host: Host, report: Report): void => {
  const said = report.problems.map((problem) => problemText(host, problem))
  const changes = report.changes.map(({ tree, change }) => `  ${change} ${tree}`)
  const reloaded = report.reloaded ? [`reloaded ${tenantService(report.id)}`] : []
  host.print(`${[...said, headline(report), ...changes, ...reloaded].join('\n')}\n`)
}

const carryOut = (host: Host, id: string, json: boolean, wish: Omit<Wish, 'token'>): number => {
  const { tenant } = tenantToProvision(host, id)
  if (tenant.repository === undefined) throw new HostError(`tenant '${id}'`, 'has no repository in its entry')
  const report = describe(host, id, { token: newToken(host), ...wish })
  if (json) printJson(host, report)
  else print(host, report)
  return report.state === 'current' ? 0 : 1
}

export const provision: Verb = {
  name: 'provision',
  operand: { name: 'ID', required: true },
  summary: "fetch a tenant's repository now, and make it current if it is good",
  options: [{ name: '--force', summary: 'take a commit that does not descend from the last one' }],
  isLive: true,
  run: ({ host, operand, json, options }) => carryOut(host, operand as string, json, { force: options.has('--force') }),
}

export const rollback: Verb = {
  name: 'rollback',
  operand: { name: 'ID', required: true },
  further: { name: 'COMMIT', required: false },
  summary: 'go back to the revision before, or to one that is kept',
  isLive: true,
  run: ({ host, operand, further, json }) =>
    carryOut(host, operand as string, json, { force: false, rollback: further ?? '' }),
}
