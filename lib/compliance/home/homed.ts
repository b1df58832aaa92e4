import { orElse } from '../../host/host.ts'
import { pathMatcher } from '../../templates/pattern.ts'
import { type Check, inside } from '../check.ts'
import { below, type Tree } from '../tree.ts'
import { checkHomedConfig } from './homed-config.ts'
import { checkUserRecord } from './record.ts'
import { HOMED } from './rules.ts'
import { checkSkeleton } from './skeleton.ts'

/** The layout of a template for users of systemd-homed. */

const SKELETON = 'home-skeleton'
const CONFIG = 'config/homed-config.json'
const RECORD = 'config/user-record.json'
const PROVISION = 'scripts/home-provision.sh'

const DIRECTORIES = ['.config/systemd/user', '.local/bin', '.local/share'] as const
const KEYS = '.ssh/authorized_keys.template'

interface Rendering {
  readonly parameters: readonly string[]
  isRendered(path: string): boolean
}

const LONGEST = 1 << 20

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []

/** What of the template is still to be filled in; what is wrong in metadata.json is found by its own rules. */
const renderingOf = (tree: Tree): Rendering => {
  const text = orElse(
    () => tree.text('metadata.json', LONGEST),
    () => undefined,
  )
  const { parameters, rendered } = parsed(text ?? '{}')
  return { parameters: Object.keys(parameters ?? {}), isRendered: pathMatcher(textsOf(rendered)) }
}

const parsed = (text: string): { readonly parameters?: object; readonly rendered?: unknown } => {
  try {
    return (JSON.parse(text) ?? {}) as object
  } catch {
    return {}
  }
}

/** Whether there is a file; anything else in its place is a finding. */
const isFile = ({ tree, report }: Check, path: string): boolean => {
  const kind = tree.node(path)?.kind
  if (kind !== 'file')
    report(HOMED['HOMED-01'], path, kind === undefined ? 'is missing' : `is a ${kind}, expected a file`)
  return kind === 'file'
}

const checkParts = ({ tree, report }: Check): void => {
  for (const name of DIRECTORIES) {
    const path = below(SKELETON, name)
    if (tree.node(path) === undefined)
      report(HOMED['HOMED-02'], path, 'is missing', { isLost: true, fixes: [{ do: 'mkdir', path, mode: 0o755 }] })
  }
  const keys = below(SKELETON, KEYS)
  if (tree.node(keys) === undefined) report(HOMED['HOMED-02'], keys, 'is missing')
}

/** HOMED-01 and HOMED-02, and the rules of what is in it. */
export const checkHomedTemplate = (check: Check): void => {
  const { tree, report } = check
  const { parameters, isRendered } = renderingOf(tree)
  if (tree.node(SKELETON)?.kind === 'directory') {
    checkSkeleton(inside(check, SKELETON), (path) => (isRendered(below(SKELETON, path)) ? parameters : undefined))
    checkParts(check)
  } else report(HOMED['HOMED-01'], SKELETON, 'is no directory')
  if (isFile(check, CONFIG)) checkHomedConfig(check, CONFIG)
  if (isFile(check, RECORD)) checkUserRecord(check, RECORD, 'template', isRendered(RECORD))
  isFile(check, PROVISION)
}

export const isHomedTemplate = (tree: Tree, subject: string): boolean =>
  subject === '' && tree.node(SKELETON)?.kind === 'directory'
