import { isArchitecture } from '../extensions/name.ts'
import type { ExtensionClass } from '../layout/paths.ts'

/** UAPI.2 "Image Version" and systemd.v(7): `NAME_VERSION[_ARCH][+LEFT[-DONE]]` before the suffix. */
export interface ImageName {
  /** Holds neither `_` nor `+`: those separate. */
  readonly name: string
  readonly version: string | undefined
  readonly architecture: string | undefined
  /** Attempts at it, as automatic boot assessment counts them; undefined for one that is good. */
  readonly tries: { readonly left: number; readonly done: number } | undefined
}

const WHOLE = /^([^_+]+)(?:_([A-Za-z0-9.~^-]+)(?:_([a-z0-9-]+))?(?:\+([0-9]+)(?:-([0-9]+))?)?)?$/

/** UAPI.10. */
export const isVersion = (text: string): boolean => /^[A-Za-z0-9.~^-]+$/.test(text)

/** Of an extension, that can have versions: extension-release(5) ends it at `_` and `+`. */
export const isExtensionName = (text: string): boolean => /^[^._+/][^_+/]*$/.test(text)

/** `.sysext.raw`, `.raw` or nothing, whichever `file` ends in. */
export const suffixOf = (file: string, kind: ExtensionClass): string =>
  [`.${kind}.raw`, '.raw', `.${kind}`].find((suffix) => file.endsWith(suffix)) ?? ''

/** `stem`: a file name without its suffix. Undefined where it is no such name. */
export const parseImageName = (stem: string): ImageName | undefined => {
  const found = WHOLE.exec(stem)
  if (found === null) return undefined
  const [, name = '', version, architecture, left, done] = found
  if (architecture !== undefined && !isArchitecture(architecture)) return undefined
  const tries = left === undefined ? undefined : { left: Number(left), done: Number(done ?? 0) }
  return { name, version, architecture, tries }
}

export const formatImageName = ({ name, version, architecture, tries }: ImageName): string => {
  if (version === undefined) return name
  const counted = tries === undefined ? '' : `+${tries.left}${tries.done === 0 ? '' : `-${tries.done}`}`
  return `${name}_${version}${architecture === undefined ? '' : `_${architecture}`}${counted}`
}
