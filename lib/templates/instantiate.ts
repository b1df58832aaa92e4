import type { Finding } from '../compliance/finding.ts'
import type { Host } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { isError, type Problem, wholeFile } from '../report/problem.ts'
import { newBeside, requireRoom } from './beside.ts'
import { complete } from './comply.ts'
import { type Ingredients, planInstance } from './instance.ts'
import type { Plan } from './planned.ts'
import { settleTimes, type Written, writePlan } from './write-plan.ts'

export interface Instantiated {
  /** Whether the target is there now. */
  readonly isMade: boolean
  readonly plan: Plan
  readonly problems: readonly Problem[]
}

/** The file that would have to be renamed is gone again: it is the directory that is called otherwise than the extension. */
const hintOf = ({ rule, hint }: Finding): string | undefined =>
  rule.id === 'EXTREL-02' ? 'the directory of an extension is called as that, perhaps with .sysext or .confext' : hint

/** A finding's place as if it were in the target, which has another name while it is made. */
const placed = (finding: Finding, beside: string, target: string): Problem => {
  const { severity, at, message, rule } = finding
  const hint = hintOf(finding)
  const file = at.file.startsWith(beside) ? `${target}${at.file.slice(beside.length)}` : at.file
  return { severity, at: { ...at, file }, message: `${message} [${rule.id}]`, ...(hint === undefined ? {} : { hint }) }
}

/**
 * Writes a plan and completes it in a new directory, which is removed again when it has errors. In there the instance has its
 * own name: that of an extension has to fit what is in it.
 */
const make = (host: Host, plan: Plan, beside: string, target: string, written: Written): readonly Problem[] => {
  const made = `${beside}/${target.slice(target.lastIndexOf('/') + 1)}`
  host.makeDirMode(beside, 0o700)
  host.makeDirMode(made, 0o755)
  writePlan(host, plan, made, written)
  const findings = complete(host, made).map((finding) => placed(finding, made, target))
  if (!findings.some(isError)) {
    settleTimes(host, made)
    host.rename(made, target)
  }
  return findings
}

/** Makes an instance at `target`, or nothing: what is wrong with an error among it leaves nothing behind. */
export const instantiate = (host: Host, ingredients: Ingredients, target: string, written: Written): Instantiated => {
  const { plan, problems } = planInstance(host, ingredients)
  if (problems.some(isError)) return { isMade: false, plan, problems }
  const beside = newBeside(host, target)
  return orElse(
    () => {
      requireRoom(host, target)
      try {
        const found = make(host, plan, beside, target, written)
        return { isMade: !found.some(isError), plan, problems: [...problems, ...found] }
      } finally {
        host.remove(beside)
      }
    },
    ({ path, reason }) => ({
      isMade: false,
      plan,
      problems: [...problems, { severity: 'error', at: wholeFile(path), message: reason } as const],
    }),
  )
}
