import { parseExtensionName } from '../../extensions/name.ts'
import { orElse } from '../../host/host.ts'
import type { ExtensionClass } from '../../layout/paths.ts'
import type { Check } from '../check.ts'
import { nameOf } from '../tree.ts'
import { EXTREL } from './rules.ts'

/** What is known of an extension besides its contents. */
export interface Extension {
  readonly kind: ExtensionClass
  /** By which its extension-release file is called; undefined where the directory has no name that can be found out. */
  readonly name: string | undefined
  readonly form: 'tree' | 'image'
}

/** The last part of a path as a person wrote it; of `.` the name of the working directory. */
export const calledBy = ({ host, tree }: Pick<Check, 'host' | 'tree'>): string | undefined => {
  const last = nameOf(tree.name)
  if (last !== '.' && last !== '') return last === '..' ? undefined : last
  return tree.name === '.'
    ? orElse(
        () => nameOf(host.readLink('/proc/self/cwd')),
        () => undefined,
      )
    : undefined
}

/** EXTREL-01. `file`: the name in its directory. */
export const newExtension = (
  { report, subject }: Check,
  kind: ExtensionClass,
  file: string | undefined,
  form: 'tree' | 'image',
): Extension => {
  if (file === undefined) return { kind, name: undefined, form }
  const parsed = parseExtensionName(file, kind)
  if (parsed === undefined)
    report(EXTREL['EXTREL-01'], subject, `'${file}' is no name of an extension`, {
      hint: 'letters, digits, -, _ and . are fine, none at the beginning',
    })
  return { kind, name: parsed?.name, form }
}
