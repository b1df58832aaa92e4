import { diskTree } from '../compliance/disk-tree.ts'
import type { Entry } from '../compliance/tree.ts'
import { nameOf } from '../compliance/tree.ts'
import { walk } from '../compliance/walk.ts'
import type { Host } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import type { Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'
import type { Tally } from '../report/tally.ts'
import { tallyOf } from '../report/tally.ts'
import type { Values } from './parameters.ts'
import { pathMatcher } from './pattern.ts'
import type { Plan, Planned } from './planned.ts'
import type { Template } from './read.ts'
import { render } from './render.ts'
import type { Limits } from './userland.ts'

/** What a template itself brings: its files and links, some of them with values put in. */

/** A file that is rendered is read as a whole. */
const LARGEST_RENDERED = 1 << 20

const OWNER_EXECUTES = 0o100

/** What keeps a directory in git, and `.git` itself, are nothing in an instance. */
const isOfGit = (path: string): boolean => path === '.git' || nameOf(path) === '.gitkeep'

const UNREADABLE = /[\u0000-\u001f\u007f\ufffd]/

interface Adding {
  readonly host: Host
  readonly template: Template
  readonly values: Values
  readonly plan: Plan
  readonly limits: Limits
  readonly tally: Tally
  readonly isRendered: (path: string) => boolean
  readonly shown: (path: string) => string
}

const refuse = ({ tally, shown }: Adding, path: string, message: string): undefined => {
  tally.add((): Problem => ({ severity: 'error', at: wholeFile(shown(path)), message }))
}

/** Modes are those that git keeps, so that a directory and a checkout of it make the same. */
const modeOf = ({ mode }: Entry): number => ((mode & OWNER_EXECUTES) === 0 ? 0o644 : 0o755)

const renderedFile = (adding: Adding, path: string, entry: Entry): Planned | undefined => {
  const { host, template, values, tally, shown } = adding
  return orElse<Planned | undefined>(
    () => {
      const text = host.readFileInside(template.dir, path, LARGEST_RENDERED)?.text ?? ''
      const made = render(text, values, shown(path))
      if ('text' in made) return { kind: 'text', text: made.text, mode: modeOf(entry) }
      for (const problem of made.problems) tally.add(() => problem)
      return undefined
    },
    ({ reason }) => refuse(adding, path, `cannot be rendered: ${reason}`),
  )
}

const plannedOf = (adding: Adding, path: string, entry: Entry): Planned | undefined => {
  const { host, template, isRendered } = adding
  const source = `${template.dir}/${path}`
  switch (entry.kind) {
    case 'directory':
      return { kind: 'directory' }
    case 'link':
      return { kind: 'link', target: host.readLink(source) }
    case 'file':
      return isRendered(path)
        ? renderedFile(adding, path, entry)
        : { kind: 'file', source, mode: modeOf(entry), size: entry.size }
    default:
      return refuse(adding, path, `is a ${entry.kind}: templates have files, directories and links`)
  }
}

const add = (adding: Adding, path: string, entry: Entry): void => {
  const { plan } = adding
  if (UNREADABLE.test(path)) {
    refuse(adding, path, 'has control characters in its name, or no UTF-8')
    return
  }
  if (entry.kind === 'link' && UNREADABLE.test(adding.host.readLink(`${adding.template.dir}/${path}`))) {
    refuse(adding, path, 'is a link to what cannot be a path')
    return
  }
  const planned = plannedOf(adding, path, entry)
  if (planned === undefined) return
  plan.put('', path, planned)
}

/** Why nothing more is added, after `path` was. */
const tooMuch = ({ plan, limits }: Adding): string | undefined => {
  if (plan.size > limits.size) return `makes the template larger than ${limits.size} bytes`
  return plan.entries.size > limits.files ? `is one more than ${limits.files} files and directories` : undefined
}

/** Adds all that a template has to a plan, which has nothing yet. What is wrong with it is told. */
export const addContents = (
  host: Host,
  template: Template,
  values: Values,
  plan: Plan,
  limits: Limits,
): readonly Problem[] => {
  const shownDir = template.source.file.replace(/\/metadata\.json$/, '')
  const shown = (path: string): string => (path === '' ? shownDir : `${shownDir}/${path}`)
  const tally = tallyOf(shownDir)
  const isRendered = pathMatcher(template.metadata.rendered ?? [])
  const adding: Adding = { host, template, values, plan, limits, tally, isRendered, shown }
  let isFull = false
  walk(diskTree(host, template.dir, shownDir), '', {
    visit: (path, entry) => {
      if (isFull || isOfGit(path)) return false
      add(adding, path, entry)
      const why = tooMuch(adding)
      if (why === undefined) return true
      isFull = true
      return refuse(adding, path, why) ?? false
    },
    giveUp: (path, what) => refuse(adding, path, what),
  })
  return tally.problems()
}
