import { readConfig } from '../config/config.ts'
import { type Asked, withCheckout } from '../git/checkout.ts'
import { withoutCredentials } from '../git/url.ts'
import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { type Progress, progressOn } from '../images/progress.ts'
import type { Problem } from '../report/problem.ts'
import { createTemplate } from '../templates/create.ts'
import { type Instantiated, instantiate } from '../templates/instantiate.ts'
import { chooseValues, type Values } from '../templates/parameters.ts'
import { readTemplate, type Template, templatesHere } from '../templates/read.ts'
import { type Unmet, unmetRequirements } from '../templates/requirements.ts'
import { TEMPLATE_TYPES } from '../templates/schema.ts'
import { tenantShape } from '../tenant/schema.ts'
import { accepts } from '../tenant/shape.ts'
import { formatSize } from '../tenant/values.ts'
import { asPath } from './path.ts'
import { type Call, printJson, problemText, type Verb } from './verb.ts'

/** What an administrator makes himself is bounded by his disk; these only end what goes wrong. */
const LIMITS = { files: 1_000_000, size: 64 * 2 ** 30 } as const

const trimmed = (path: string): string => path.replace(/(?<=.)\/+$/, '')

/** `--set=NAME=VALUE` */
const valuesOf = (lists: Call['lists']): Values => {
  const pairs = (lists.get('--set') ?? []).map((one): [string, string] => {
    const at = one.indexOf('=')
    if (at < 1) throw new HostError(`--set=${one}`, 'expected NAME=VALUE')
    return [one.slice(0, at), one.slice(at + 1)]
  })
  return new Map(pairs)
}

/** `https://HOST/REPOSITORY#REF:PATH`, as git-fetch(1) takes addresses, without a directory of this name. */
const ADDRESS = /^(?:[a-z][a-z0-9+.-]*:\/\/|[^\s/:@]+@[^\s/:]+:)[^\s#]+(?:#|$)/

/** The repository that an operand names; undefined when it names none. */
const askedOf = (named: string, commit: string | undefined): Asked | undefined => {
  if (!ADDRESS.test(named)) return undefined
  const [url = '', fragment = ''] = named.split('#')
  const colon = fragment.indexOf(':')
  const [ref, path] = colon < 0 ? [fragment, ''] : [fragment.slice(0, colon), fragment.slice(colon + 1)]
  if (commit !== undefined && ref !== '')
    throw new HostError(`--commit=${commit}`, 'and a ref in the address say the same')
  const wrong = [
    ...(accepts(tenantShape.keys.repository.keys.url, url) ? [] : ['address']),
    ...(ref === '' || accepts(tenantShape.keys.repository.keys.ref, ref) ? [] : ['ref']),
    ...(path === '' || accepts(tenantShape.keys.repository.keys.path, path) ? [] : ['path']),
    ...(commit === undefined || accepts(tenantShape.keys.repository.keys.since, commit)
      ? []
      : ['whole id of a commit']),
  ]
  if (wrong.length > 0) throw new HostError(`template '${withoutCredentials(named)}'`, `has no valid ${wrong[0]}`)
  return { url, ref: commit ?? (ref === '' ? 'HEAD' : ref), path }
}

type Found = { readonly template: ReturnType<typeof readTemplate>; readonly commit: string | undefined }

/** Lets `work` have the template: one that is here by its name, a directory, or one of a git repository. */
const withTemplate = <T>({ host, operand: named = '', options }: Call, work: (found: Found) => T): T => {
  const commit = options.get('--commit')
  const asked = askedOf(named, commit)
  if (asked !== undefined)
    return withCheckout(host, asked, readConfig(host).value, ({ directory, shown, commit: found }) =>
      work({ template: readTemplate(host, directory, shown), commit: found }),
    )
  if (commit !== undefined) throw new HostError(`--commit=${commit}`, 'is for a template of a git repository')
  const here = templatesHere(host).get(named)
  const dir = here ?? trimmed(named)
  if (host.readDir(dir) === undefined)
    throw new HostError(`template '${named}'`, 'is neither here nor a directory: see bitbuilder template list')
  return work({ template: readTemplate(host, dir), commit: undefined })
}

const rootOf = (host: Host, options: Call['options']): string => {
  const dir = trimmed(options.get('--userland') ?? '/')
  if (host.readDir(dir) === undefined) throw new HostError(`--userland=${dir}`, 'is no directory')
  return dir === '/' ? '' : dir
}

const asProblem = (template: Template, { requirement, message, hint }: Unmet, force: boolean): Problem => ({
  severity: force ? 'warning' : 'error',
  at: { file: template.source.file, line: 0, column: 0 },
  message: `requirements: ${requirement}: ${message}`,
  ...(hint === undefined ? {} : { hint }),
})

interface Outcome {
  readonly template: Template | undefined
  readonly made: Instantiated | undefined
  readonly problems: readonly Problem[]
}

const carryOut = (
  { host, further = '', options, lists }: Call,
  { template, commit }: Found,
  progress: Progress,
): Outcome => {
  if ('problems' in template) return { template: undefined, made: undefined, problems: template.problems }
  const force = options.has('--force')
  const unmet = unmetRequirements(host, template.metadata).map((one) => asProblem(template, one, force))
  const { value: values, problems } = chooseValues(template, valuesOf(lists), new Map(), '--set')
  if ([...unmet, ...problems].some(({ severity }) => severity === 'error'))
    return { template, made: undefined, problems: [...unmet, ...problems] }
  const ingredients = { template, commit, values, root: rootOf(host, options), limits: LIMITS }
  const made = instantiate(host, ingredients, trimmed(further), (done, all) =>
    progress.show(host, `making ${further}`, done, all),
  )
  progress.clear(host)
  return { template, made, problems: [...unmet, ...problems, ...made.problems] }
}

/** Warnings beyond these are counted: what was made can be verified. */
const MOST_TOLD = 20

const print = (host: Host, target: string, { template, made, problems }: Outcome): void => {
  for (const problem of problems.slice(0, MOST_TOLD)) host.print(`${problemText(host, problem)}\n`)
  if (problems.length > MOST_TOLD) host.print(`and ${problems.length - MOST_TOLD} more\n`)
  if (made?.isMade !== true || template === undefined) return
  const { name, version } = template.metadata.template
  const { entries, size } = made.plan
  host.print(
    `${target}: ${name} ${version}, ${entries.size} files and directories, ${formatSize(Math.ceil(size / 1024) * 1024)}\n`,
  )
}

const toJson = (target: string, { template, made, problems }: Outcome): unknown => ({
  directory: made?.isMade === true ? target : null,
  template: template?.metadata.template,
  ...(made?.isMade === true ? { entries: made.plan.entries.size, size: made.plan.size } : {}),
  problems,
})

export const templateInstantiate: Verb = {
  name: 'template instantiate',
  operand: { name: 'TEMPLATE', required: true },
  further: { name: 'DIR', required: true },
  summary: 'make what a template describes',
  options: [
    { name: '--set', value: 'NAME=VALUE', summary: 'set a parameter; may be given several times' },
    { name: '--userland', value: 'ROOT', summary: 'take programs from the root file system ROOT instead of /' },
    { name: '--commit', value: 'COMMIT', summary: 'take the template of a git repository at this commit' },
    { name: '--force', summary: 'although this host lacks what the template requires' },
  ],
  isLive: true,
  run: (call) => {
    const { host, further = '', json } = call
    const outcome = withTemplate(call, (found) => carryOut(call, found, progressOn(host, !json)))
    if (json) printJson(host, toJson(further, outcome))
    else print(host, further, outcome)
    return outcome.made?.isMade === true ? 0 : 1
  },
}

export const templateNew: Verb = {
  name: 'template new',
  operand: { name: 'TYPE', required: true },
  further: { name: 'DIR', required: true },
  summary: `make a new template: ${TEMPLATE_TYPES.join(', ')}`,
  isLive: true,
  run: ({ host, operand, further = '', json }) => {
    const type = TEMPLATE_TYPES.find((one) => one === operand)
    if (type === undefined)
      throw new HostError(`type '${operand}'`, `is not known, there are ${TEMPLATE_TYPES.join(', ')}`)
    const directory = trimmed(further)
    const name = createTemplate(host, type, directory)
    if (json) printJson(host, { directory, type, name })
    else host.print(`${directory}: the template '${name}', bitbuilder verify ${asPath(directory)} looks at it\n`)
    return 0
  },
}
