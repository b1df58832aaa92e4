import type { Finding } from '../compliance/finding.ts'
import { countRules } from '../compliance/finding.ts'
import { orElse } from '../host/host.ts'
import { treeDir, treesDir } from '../layout/paths.ts'
import { isError, type Problem, wholeFile } from '../report/problem.ts'
import { complete } from '../templates/comply.ts'
import { identityOf } from '../templates/identity.ts'
import { planInstance } from '../templates/instance.ts'
import { addLayer } from '../templates/layer.ts'
import { chooseValues } from '../templates/parameters.ts'
import type { Plan } from '../templates/planned.ts'
import { readTemplate, type Template } from '../templates/read.ts'
import { unmetRequirements } from '../templates/requirements.ts'
import { settleTimes, writePlan } from '../templates/write-plan.ts'
import { extract } from './extract.ts'
import type { TemplatedMachine } from './machine-template.ts'
import { unfinished } from './revision.ts'
import { findSource, type Sources } from './template-source.ts'

/** A machine of a repository, made from its template. */
export interface Instance {
  readonly machine: TemplatedMachine
  /** The id of its tree. */
  readonly tree: string
  readonly plan: Plan
}

type Made = { readonly instance?: Instance; readonly problems: readonly Problem[] }

/** Where in a template the file system is that the machine runs on. */
const topOf = ({ type }: TemplatedMachine): string => (type === 'machine' ? 'disk-image/rootfs' : 'rootfs')

/** What else is mounted in a machine that boots from a disk: on a tree it simply lies there. */
const PARTITIONS = ['boot', 'efi'] as const

const error = (file: string, message: string): Problem => ({ severity: 'error', at: wholeFile(file), message })

/** Versions that do not fit are what the template says it does not run with; other things may come later. */
const checkRequirements = ({ git }: Sources, template: Template): readonly Problem[] =>
  unmetRequirements(git.host, template.metadata).map(({ requirement, message, hint }) => ({
    severity: requirement === 'systemd_version' || requirement === 'kernel' ? 'error' : 'warning',
    at: wholeFile(template.source.file),
    message: `requirements: ${requirement}: ${message}`,
    ...(hint === undefined ? {} : { hint }),
  }))

/** What the repository itself has in the machine's rootfs lies over the template. */
const layOwnOver = (
  { git, draft, config, place }: Sources,
  machine: TemplatedMachine,
  plan: Plan,
): readonly Problem[] => {
  const path = `${machine.path}/rootfs`
  const own = draft.trees[path]
  if (own === undefined) return []
  const dir = unfinished(treesDir(git.id), `own-${own}`)
  if (git.host.stat(dir) === undefined) {
    const entries = draft.entries.filter((entry) => entry.path.startsWith(`${path}/`))
    const part = { tree: own, without: [], entries, prefix: `${path}/`, mayLeadOut: true }
    extract(git, part, dir, { seconds: config.fetchTimeout })
  }
  return addLayer(git.host, plan, topOf(machine), dir, (inner) => place(inner === '' ? path : `${path}/${inner}`))
}

const MOST_TOLD = 20

/** Errors as they are, in the words of the repository; of warnings how many there are of which rule. */
const judge = (
  { place }: Sources,
  machine: TemplatedMachine,
  findings: readonly Finding[],
  beside: string,
): readonly Problem[] => {
  const root = `${beside}/${topOf(machine)}`
  const placed = (file: string): string => {
    if (file.startsWith(root)) return place(`${machine.path}/rootfs${file.slice(root.length)}`)
    return file.startsWith(beside) ? place(`${machine.path}${file.slice(beside.length)}`) : file
  }
  const warnings = findings.filter((finding) => !isError(finding))
  const errors = findings.filter(isError).map(
    ({ at, message, hint, rule }): Problem => ({
      severity: 'error',
      at: { ...at, file: placed(at.file) },
      message: `${message} [${rule.id}]`,
      ...(hint === undefined ? {} : { hint }),
    }),
  )
  if (errors.length > 0 || warnings.length === 0) return errors.slice(0, MOST_TOLD)
  const message = `what the template makes has warnings: ${countRules(warnings)}`
  return [{ severity: 'warning', at: wholeFile(place(machine.path)), message }]
}

const build = (sources: Sources, machine: TemplatedMachine, plan: Plan, tree: string): readonly Problem[] => {
  const { host, id } = sources.git
  const beside = unfinished(treesDir(id), `whole-${tree}`)
  host.remove(beside)
  host.makeDirMode(beside, 0o755)
  writePlan(host, plan, beside, () => {})
  const problems = judge(sources, machine, complete(host, beside), beside)
  if (problems.some(isError)) return problems
  const root = `${beside}/${topOf(machine)}`
  if (host.stat(root)?.kind !== 'directory')
    return [error(sources.place(machine.path), `the template has no ${topOf(machine)}`)]
  if (machine.type === 'machine')
    for (const name of PARTITIONS)
      if (host.stat(`${beside}/disk-image/${name}`) !== undefined)
        host.rename(`${beside}/disk-image/${name}`, `${root}/${name}`)
  settleTimes(host, root)
  host.rename(root, unfinished(treesDir(id), tree))
  host.remove(beside)
  return problems
}

const make = (sources: Sources, machine: TemplatedMachine): Made => {
  const { git, config, place } = sources
  const file = place(`${machine.path}/metadata.json`)
  const { dir, shown } = findSource(sources, machine)
  const template = readTemplate(git.host, dir, shown)
  if ('problems' in template) return template
  const { type } = template.metadata.template
  if (type !== machine.type)
    return { problems: [error(file, `the template is of type '${type}', expected '${machine.type}'`)] }
  const { parameters = {}, commit } = machine.wanted
  const known = new Map([
    ['id', git.id],
    ['machine', machine.name],
  ])
  const { value: values, problems: wrong } = chooseValues(template, new Map(Object.entries(parameters)), known, file)
  const before = [...checkRequirements(sources, template), ...wrong]
  if (before.some(isError)) return { problems: before }
  const limits = { files: config.maxFiles, size: config.maxRepositorySize }
  const { plan, problems: ofTemplate } = planInstance(git.host, { template, commit, values, root: '', limits })
  if (ofTemplate.some(isError)) return { problems: [...before, ...ofTemplate] }
  const ofOwn = layOwnOver(sources, machine, plan)
  if (ofOwn.some(isError)) return { problems: [...before, ...ofOwn] }
  const tree = identityOf(git.host, plan)
  const isThere = [treeDir(git.id, tree), unfinished(treesDir(git.id), tree)].some(
    (one) => git.host.stat(one) !== undefined,
  )
  const found = isThere ? [] : build(sources, machine, plan, tree)
  const problems = [...before, ...found]
  return found.some(isError) ? { problems } : { instance: { machine, tree, plan }, problems }
}

/** Makes the trees of all machines that are made from templates, beside those of revisions. */
export const makeInstances = (
  sources: Sources,
  machines: readonly TemplatedMachine[],
): { readonly instances: readonly Instance[]; readonly problems: readonly Problem[] } => {
  const made = machines.map((machine) =>
    orElse<Made>(
      () => make(sources, machine),
      ({ path, reason }) => ({ problems: [error(path, reason)] }),
    ),
  )
  return {
    instances: made.flatMap(({ instance }) => instance ?? []),
    problems: made.flatMap(({ problems }) => problems),
  }
}
