import { utf8 } from '../../systemd/escape.ts'

/** IFNAMSIZ less its NUL, netdevice(7). */
const LONGEST = 15
/** ALTIFNAMSIZ less its NUL. */
const LONGEST_ALTERNATIVE = 127

const RESERVED = new Set(['.', '..', 'all', 'default'])

interface Allowed {
  /** A second name, which may be longer. */
  readonly alternative?: boolean
  /** `*`, `?`, `[a-z]` are none of a name, but of a pattern. */
  readonly patterns?: boolean
}

/** What systemd takes for the name of an interface: ifname_valid_full() of its socket-util.c. */
export const isInterfaceName = (name: string, { alternative = false, patterns = false }: Allowed = {}): boolean => {
  if (name === '' || RESERVED.has(name) || utf8(name).length > (alternative ? LONGEST_ALTERNATIVE : LONGEST))
    return false
  // A number alone would be an index.
  if (/^[0-9]+$/.test(name) || /[\u0000- \u007f:/%]/.test(name)) return false
  return patterns || !/[\u0080-\uffff]/.test(name)
}
