/** The load paths of system mode, highest priority first. */
export const LOAD_PATHS = ['etc/voa', 'run/voa', 'usr/local/share/voa', 'usr/share/voa'] as const

/** From 0, the highest; undefined for what is below none of them. */
export const priorityOf = (path: string): number | undefined => {
  const found = LOAD_PATHS.findIndex((one) => path === one || path.startsWith(`${one}/`))
  return found < 0 ? undefined : found
}

/** `etc/voa` of a path below it. */
export const loadPathOf = (path: string): string => LOAD_PATHS[priorityOf(path) ?? -1] ?? ''

/** Only there somebody writes who did not make the tree, and masks what it brought. */
export const isWritable = (loadPath: string): boolean => loadPath === 'etc/voa' || loadPath === 'run/voa'

export const TECHNOLOGIES = ['openpgp', 'ssh', 'x509', 'minisign', 'signify'] as const

const ANCHOR = 'trust-anchor-'

/** Where a verifier is, below its load path. */
export interface Location {
  readonly loadPath: string
  /** Names of the four levels, as far as there are so many. */
  readonly os: string
  readonly purpose: string
  readonly context: string
  readonly technology: string
}

export const locationOf = (path: string): Location => {
  const loadPath = loadPathOf(path)
  const [os = '', purpose = '', context = '', technology = ''] = path.slice(loadPath.length + 1).split('/')
  return { loadPath, os, purpose, context, technology }
}

export const isAnchor = (purpose: string): boolean => purpose.startsWith(ANCHOR)

/** `package` of `trust-anchor-package`. */
export const roleOf = (purpose: string): string => (isAnchor(purpose) ? purpose.slice(ANCHOR.length) : purpose)

export const anchorOf = (role: string): string => `${ANCHOR}${role}`
