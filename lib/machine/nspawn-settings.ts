import type { Problem } from '../report/problem.ts'
import { line, lines, section } from '../systemd/unit.ts'

/**
 * A repository's nspawn-settings.conf in the format of systemd.nspawn(5). It is input to check and never trusted: what
 * decides about isolation is ours, and what else there is has to be on this list.
 */

/** Text that systemd reads as it stands, with nothing to expand: settings files know no specifiers. */
const TEXT = /^[^\u0000-\u001f\u007f\\]*$/

const ALLOWED: Readonly<Record<string, { readonly of: RegExp; readonly words: string }>> = {
  'Exec.Environment': { of: /^[A-Za-z_][A-Za-z0-9_]*=[^\u0000-\u001f\u007f\\]*$/, words: 'NAME=VALUE' },
  'Exec.DropCapability': { of: /^(?:CAP_[A-Z_]+|all)(?: (?:CAP_[A-Z_]+|all))*$/, words: 'names of capabilities' },
  'Exec.NoNewPrivileges': { of: /^(?:yes|no|true|false|on|off|1|0)$/, words: 'yes or no' },
  'Exec.Hostname': {
    of: /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/,
    words: 'a host name',
  },
  'Exec.ResolvConf': { of: /^(?:off|auto)$/, words: 'off or auto' },
  'Exec.Timezone': { of: /^(?:off|auto|copy|symlink)$/, words: 'off, auto, copy or symlink' },
  // Only what is taken away: without the tilde it would be given.
  'Exec.SystemCallFilter': { of: /^~[@a-z0-9_-]+(?: ~?[@a-z0-9_-]+)*$/, words: 'a deny list that begins with ~' },
}

/** AF_PACKET is for DHCP; AF_VSOCK, which leads to the host and its other guests, is not there. */
const ADDRESS_FAMILIES = 'AF_INET AF_INET6 AF_NETLINK AF_PACKET AF_UNIX'

/** Said by many settings files, and ours anyway. */
const OURS: readonly string[] = [
  'Exec.Boot=yes',
  'Exec.NotifyReady=yes',
  'Exec.PrivateUsers=pick',
  'Exec.PrivateUsers=yes',
  'Exec.LinkJournal=no',
  `Exec.RestrictAddressFamilies=${ADDRESS_FAMILIES}`,
  'Files.PrivateUsersOwnership=auto',
  // So the templates call the tenant's bridge, whichever that is.
  'Network.Bridge=br-tenant',
  'Network.Private=yes',
  'Network.VirtualEthernet=yes',
]

interface Setting {
  readonly key: string
  readonly value: string
}

export interface Settings {
  /** Of [Exec]. */
  readonly settings: readonly Setting[]
  readonly problems: readonly Problem[]
}

/** On its own, `KEY=VALUE` a line. */
export const showSettings = (settings: readonly Setting[]): string =>
  settings.map(({ key, value }) => `${key}=${value}\n`).join('')

/** More than this in one file is not read: each line of it could be a message. */
const MOST_PROBLEMS = 20

const judge = (name: string, value: string): string | undefined => {
  if (OURS.includes(`${name}=${value}`)) return undefined
  const allowed = Object.hasOwn(ALLOWED, name) ? ALLOWED[name] : undefined
  const key = name.slice(name.indexOf('.') + 1)
  if (allowed === undefined) return `${key}= is not for a repository to set, ignoring it`
  return allowed.of.test(value) && TEXT.test(value) ? undefined : `${key}=: expected ${allowed.words}, ignoring it`
}

/** What may be merged of a settings file, and what is wrong with the rest. */
export const checkSettings = (file: string, text: string): Settings => {
  const settings: Setting[] = []
  const problems: Problem[] = []
  let current = ''
  for (const [index, whole] of text.split('\n').entries()) {
    const content = whole.trim()
    const say = (message: string): void => {
      const at = { file, line: index + 1, column: whole.length - whole.trimStart().length + 1 }
      problems.push({ severity: 'warning', at, message })
    }
    if (content === '' || content.startsWith('#') || content.startsWith(';')) continue
    const name = /^\[([A-Za-z]+)\]$/.exec(content)?.[1]
    const equals = content.indexOf('=')
    if (name !== undefined) current = name
    else if (equals < 1) say('is no setting, ignoring it')
    else {
      const key = content.slice(0, equals).trim()
      const value = content.slice(equals + 1).trim()
      const message = judge(`${current}.${key}`, value)
      if (message !== undefined) say(message)
      else if (Object.hasOwn(ALLOWED, `${current}.${key}`)) settings.push({ key, value })
    }
    if (problems.length === MOST_PROBLEMS) return { settings, problems }
  }
  return { settings, problems }
}

export interface NspawnFacts {
  readonly id: string
  readonly bridge: string | undefined
  readonly notifies: boolean
  readonly settings: readonly Setting[]
}

/** The settings file of a container. What keeps it apart stands on the command line of its unit too, and that one wins. */
export const renderNspawn = ({ id, bridge, notifies, settings }: NspawnFacts): string => {
  const of = (key: string): readonly string[] => settings.filter((one) => one.key === key).map(({ value }) => value)
  const raws = (key: string) => of(key).map((value) => ({ raw: value }))
  const merged = Object.keys(ALLOWED)
    .map((name) => name.slice('Exec.'.length))
    .map((key) => lines(key, raws(key)))
    .join('')
  return (
    section(
      'Exec',
      line('Boot', true) +
        line('NotifyReady', notifies) +
        line('PrivateUsers', 'pick') +
        line('LinkJournal', 'no') +
        line('RestrictAddressFamilies', ADDRESS_FAMILIES) +
        merged +
        line('Environment', { raw: `TENANT_ID=${id}` }),
    ) +
    section('Files', line('PrivateUsersOwnership', 'auto')) +
    section('Network', line('Private', true) + line('Bridge', bridge))
  )
}
