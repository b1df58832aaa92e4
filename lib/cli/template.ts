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
import { formatSize } from '../tenant/values.ts'
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

/** A name of one that is here, or a directory. */
const templateAt = (host: Host, named: string): ReturnType<typeof readTemplate> => {
  const here = templatesHere(host).get(named)
  if (here !== undefined) return readTemplate(host, here)
  const dir = trimmed(named)
  if (host.readDir(dir) === undefined)
    throw new HostError(`template '${named}'`, 'is neither here nor a directory: see bitbuilder template list')
  return readTemplate(host, dir)
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

const carryOut = ({ host, operand = '', further = '', options, lists }: Call, progress: Progress): Outcome => {
  const template = templateAt(host, operand)
  if ('problems' in template) return { template: undefined, made: undefined, problems: template.problems }
  const force = options.has('--force')
  const unmet = unmetRequirements(host, template.metadata).map((one) => asProblem(template, one, force))
  const { value: values, problems } = chooseValues(template, valuesOf(lists), new Map(), '--set')
  if ([...unmet, ...problems].some(({ severity }) => severity === 'error'))
    return { template, made: undefined, problems: [...unmet, ...problems] }
  const ingredients = { template, commit: undefined, values, root: rootOf(host, options), limits: LIMITS }
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
    { name: '--force', summary: 'although this host lacks what the template requires' },
  ],
  isLive: true,
  run: (call) => {
    const { host, further = '', json } = call
    const outcome = carryOut(call, progressOn(host, !json))
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
    else host.print(`${directory}: the template '${name}', bitbuilder verify --source ${directory} looks at it\n`)
    return 0
  },
}
