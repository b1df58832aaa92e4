import { parseExtensionName } from '../extensions/name.ts'
import { INFRA_MACHINE, isMachineName, TENANT_ID_WORDS } from '../layout/names.ts'
import { EXTENSION_CLASSES } from '../layout/paths.ts'
import type { Checked, Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'
import type { Entry } from './listing.ts'
import type { Manifest } from './state.ts'

/** What of a repository is more than files to read. Names that are not here are nobody's business but the tenant's. */

/** The tree of the infrastructure VM, as a key of a manifest. */
export const INFRA_TREE = 'infrastructure/rootfs'

/** Where machines are, in a repository and in a tenant's directory alike. */
export const MACHINE_DIRECTORIES = ['machines', 'containers'] as const

/** Where a repository has templates of its own. */
export const TEMPLATES = 'templates'

const TREES_OF = [
  ...MACHINE_DIRECTORIES,
  'infrastructure',
  'extensions',
  ...EXTENSION_CLASSES.map((kind) => `extensions/${kind}`),
]

type Finding = readonly [path: string, message: string, severity?: 'warning']

/** A file in such a place, `.gitkeep` or a README, is nothing; a link could be anything. */
const misplaced = (entry: Entry): readonly Finding[] =>
  entry.kind === 'link' ? [[entry.path, 'is a link, expected a directory']] : []

interface Found {
  readonly trees: Map<string, string>
  readonly templates: Map<string, string>
  readonly rootless: string[]
  readonly findings: Finding[]
}

const takeMachine = (
  entry: Entry,
  name: string,
  byPath: ReadonlyMap<string, Entry>,
  { trees, rootless, findings }: Found,
): void => {
  if (name.startsWith('.')) return
  if (entry.kind !== 'tree') {
    findings.push(...misplaced(entry))
    return
  }
  const root = byPath.get(`${entry.path}/rootfs`)
  if (!isMachineName(name)) findings.push([entry.path, `a machine's name is made of ${TENANT_ID_WORDS}`])
  else if (name === INFRA_MACHINE) findings.push([entry.path, `the name '${name}' belongs to the infrastructure VM`])
  else if (byPath.get(`containers/${name}`)?.kind === 'tree' && entry.path.startsWith('machines/'))
    findings.push([entry.path, `there is another machine '${name}', in containers/`])
  else if (root === undefined) rootless.push(entry.path)
  else if (root.kind !== 'tree') findings.push([root.path, 'is no directory'])
  else trees.set(root.path, root.id)
}

const takeExtension = (entry: Entry, kind: (typeof EXTENSION_CLASSES)[number], name: string, found: Found): void => {
  if (name.startsWith('.')) return
  if (entry.kind === 'link') found.findings.push(...misplaced(entry))
  else if (parseExtensionName(name, kind) === undefined)
    found.findings.push([entry.path, 'has a name that no extension can have', 'warning'])
  else if (entry.kind === 'tree') found.trees.set(entry.path, entry.id)
}

const take = (entry: Entry, byPath: ReadonlyMap<string, Entry>, found: Found): void => {
  const [top = '', second = '', third, ...more] = entry.path.split('/')
  if (TREES_OF.includes(entry.path) && entry.kind !== 'tree') found.findings.push([entry.path, 'is no directory'])
  else if (third === undefined && MACHINE_DIRECTORIES.some((one) => one === top) && second !== '')
    takeMachine(entry, second, byPath, found)
  else if (entry.path === INFRA_TREE) {
    if (entry.kind === 'tree') found.trees.set(entry.path, entry.id)
    else found.findings.push([entry.path, 'is no directory'])
  } else if (top === TEMPLATES && third === 'metadata.json' && more.length === 0) {
    const template = byPath.get(`${TEMPLATES}/${second}`)
    if (template?.kind === 'tree') found.templates.set(template.path, template.id)
  } else if (top === 'extensions' && third !== undefined && more.length === 0) {
    const kind = EXTENSION_CLASSES.find((one) => one === second)
    if (kind !== undefined) takeExtension(entry, kind, third, found)
  } else if (entry.path === 'metadata.json' && entry.kind !== 'file' && entry.kind !== 'executable')
    found.findings.push([entry.path, 'is no file'])
}

export interface Contents {
  /** Trees that lie apart from the rest of a revision, with the id of each by its path. */
  readonly trees: Manifest['trees']
  /** Templates, which lie apart as well: their links are those of file systems. */
  readonly templates: Manifest['trees']
  /** Directories of machines in which there is no tree. */
  readonly rootless: readonly string[]
}

const sorted = (trees: ReadonlyMap<string, string>): Manifest['trees'] =>
  Object.fromEntries([...trees].sort(([a], [b]) => (a < b ? -1 : 1)))

/** What a commit has that is more than files to read, and what is wrong with the places of things. */
export const findContents = (entries: readonly Entry[], place: (path: string) => string): Checked<Contents> => {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  const found: Found = { trees: new Map(), templates: new Map(), rootless: [], findings: [] }
  for (const entry of entries) take(entry, byPath, found)
  return {
    value: { trees: sorted(found.trees), templates: sorted(found.templates), rootless: found.rootless },
    problems: found.findings.map(
      ([path, message, severity]): Problem => ({ severity: severity ?? 'error', at: wholeFile(place(path)), message }),
    ),
  }
}
