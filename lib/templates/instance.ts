import { diskTree } from '../compliance/disk-tree.ts'
import type { Host } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { placeOf } from '../report/json-source.ts'
import type { Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'
import { tallyOf } from '../report/tally.ts'
import { withoutUndefined } from '../report/without-undefined.ts'
import { addContents } from './contents.ts'
import type { Values } from './parameters.ts'
import { newPlan, type Plan } from './planned.ts'
import type { Template } from './read.ts'
import { addUserland, type Limits } from './userland.ts'

/** What an instance is made of. */
export interface Ingredients {
  readonly template: Template
  /** Of the template, where it comes from git. */
  readonly commit: string | undefined
  readonly values: Values
  /** The root that userland is taken from, empty for /. */
  readonly root: string
  readonly limits: Limits
}

const METADATA = 'metadata.json'

/** The template's own, with what became of it. */
const instanceMetadata = ({ template, commit, values }: Ingredients): string => {
  const { name, version } = template.metadata.template
  const parameters =
    values.size === 0 ? undefined : Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1)))
  const instance = withoutUndefined({ template: name, version, commit, parameters })
  return `${JSON.stringify({ ...JSON.parse(template.source.text), instance }, null, 2)}\n`
}

const addFromRoot = (host: Host, { template, root, limits }: Ingredients, plan: Plan): readonly Problem[] => {
  const { userland } = template.metadata
  if (userland === undefined) return []
  const tally = tallyOf(template.source.file)
  const source = { root, tree: diskTree(host, root === '' ? '/' : root, root === '' ? '/' : root) }
  addUserland(plan, userland, source, limits, (key, message, hint) =>
    tally.add(() => ({
      severity: 'error',
      at: placeOf(template.source, key),
      message: `${key.filter((one) => typeof one === 'string').join('.')}: ${message}`,
      ...(hint === undefined ? {} : { hint }),
    })),
  )
  return tally.problems()
}

/** All that an instance is going to be. Nothing is written. */
export const planInstance = (
  host: Host,
  ingredients: Ingredients,
): { readonly plan: Plan; readonly problems: readonly Problem[] } => {
  const { template, values, limits } = ingredients
  const plan = newPlan()
  if (template.metadata.instance !== undefined) {
    const at = placeOf(template.source, ['instance'], 'key')
    return { plan, problems: [{ severity: 'error', at, message: 'this is an instance, and no template' }] }
  }
  const problems = orElse<readonly Problem[]>(
    () => {
      const own = addContents(host, template, values, plan, limits)
      return own.length > 0 ? own : addFromRoot(host, ingredients, plan)
    },
    ({ path, reason }) => [{ severity: 'error', at: wholeFile(path), message: reason }],
  )
  plan.put('', METADATA, { kind: 'text', text: instanceMetadata(ingredients), mode: 0o644 }, true)
  return { plan, problems }
}
