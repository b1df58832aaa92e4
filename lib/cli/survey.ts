import type { Host } from '../host/host.ts'
import { GENERATOR_DIR } from '../layout/paths.ts'
import { runPlan } from '../program/generator.ts'
import { PLANS } from '../program/plans.ts'
import { append } from '../report/append.ts'
import type { Problem } from '../report/problem.ts'
import { byPath, type Rendered, render } from '../units/write.ts'

export interface Survey {
  /** What both generators would write, sorted by path. */
  readonly files: readonly Rendered[]
  readonly problems: readonly Problem[]
}

/** Both generators, writing nothing; of one tenant when an id is given. */
export const survey = (host: Host, id: string | undefined): Survey => {
  const files: Rendered[] = []
  const problems = PLANS.flatMap((plan) =>
    runPlan(host, plan, (set, tenant) => {
      if (id === undefined || tenant === id) append(files, render(set, plan.name))
      return []
    }),
  )
  return { files: files.sort(byPath), problems: problems.filter(({ tenant }) => id === undefined || tenant === id) }
}

/** `--- /run/systemd/generator/PATH` and the text, or `--- PATH -> TARGET`. */
export const renderFile = ({ path, text, target }: Rendered): string => {
  const head = `--- ${GENERATOR_DIR}/${path}`
  return target === undefined ? `${head}\n${text}` : `${head} -> ${target}\n`
}
