import { orElse } from '../../host/host.ts'
import type { ExtensionClass } from '../../layout/paths.ts'
import type { Check } from '../check.ts'
import { CONFEXT } from '../confext/rules.ts'
import { octal } from '../mode.ts'
import type { Rule } from '../rule.ts'
import type { Entry, Node } from '../tree.ts'
import { SYSEXT } from './rules.ts'

/** What overlayfs makes of the layers of an extension and its base: the same for both classes, by different rules. */
const RULES: Readonly<Record<ExtensionClass, Readonly<Record<'clash' | 'modes' | 'deletion' | 'nodes', Rule>>>> = {
  sysext: {
    clash: SYSEXT['SYSEXT-06'],
    modes: SYSEXT['SYSEXT-07'],
    deletion: SYSEXT['SYSEXT-09'],
    nodes: SYSEXT['SYSEXT-10'],
  },
  confext: {
    clash: CONFEXT['CONFEXT-07'],
    modes: CONFEXT['CONFEXT-07'],
    deletion: CONFEXT['CONFEXT-07'],
    nodes: CONFEXT['CONFEXT-07'],
  },
}

/** There in every base, whichever it is. */
const EVERYWHERE =
  /^(?:usr\/(?:bin|sbin|lib|lib64|libexec|include|share|local|src|lib\/(?:systemd|modules|extension-release\.d|systemd\/system|systemd\/network)|share\/(?:man|doc|locale))|etc\/(?:systemd|systemd\/(?:system|network)|extension-release\.d|[a-z]+\.d))$/

const isClash = (own: Node, base: Node): boolean => (own.kind === 'directory') !== (base.kind === 'directory')

/** What a link or a directory does to a base that nobody named. */
const checkLikelyClash = (report: Check['report'], rule: Rule, path: string, entry: Entry): void => {
  if (path === 'usr/sbin' && entry.kind === 'directory')
    report(rule, path, 'is a directory, and hides all programs of a base where it is a link to bin', {
      severity: 'warning',
      hint: 'usr/bin is the place for programs',
    })
  else if (entry.kind === 'link' && /^usr\/[^/]+$/.test(path))
    report(rule, path, 'is a link, and hides a directory of the base', { severity: 'warning' })
}

/**
 * As a walk goes along, `visit` each entry: what it does to the base when it is laid over it. False: what is below it has
 * been judged with it.
 */
export const mergeWatch = (check: Check, kind: ExtensionClass) => {
  const { tree, base, report } = check
  const rule = RULES[kind]
  let isBlind = false

  const attributes = (path: string): ReadonlyMap<string, string> =>
    orElse(
      () => tree.attributes(path),
      ({ reason }) => {
        if (!isBlind)
          report(rule.deletion, '', `extended attributes are not looked at: ${reason}`, { severity: 'warning' })
        isBlind = true
        return new Map<string, string>()
      },
    )

  const checkNode = (path: string, { kind: what, device }: Entry): void => {
    if (what === 'device' && device === '0:0') report(rule.deletion, path, 'deletes what the base has there')
    else if (what === 'device' || what === 'fifo' || what === 'socket') report(rule.nodes, path, `is a ${what}`)
  }

  const checkAttributes = (path: string, { kind: what, size, mode }: Entry): void => {
    const isEmptyFile = what === 'file' && size === 0
    const isProgram = what === 'file' && (mode & 0o111) !== 0
    if (isBlind || !(what === 'directory' || isEmptyFile || (isProgram && kind === 'sysext'))) return
    const found = [...attributes(path).keys()]
    const overlay = found.find((name) => /^(?:trusted|user)\.overlay\./.test(name))
    if (overlay !== undefined) report(rule.deletion, path, `has ${overlay}, which hides what the base has there`)
    if (kind === 'sysext' && found.includes('security.capability'))
      report(SYSEXT['SYSEXT-13'], path, 'has capabilities, and a merged /usr is mounted so that they count')
  }

  const checkDirectory = (path: string, { mode, uid, gid }: Entry, under: Node | undefined): void => {
    const isShared = under === undefined ? base === undefined && EVERYWHERE.test(path) : under.kind === 'directory'
    if (!isShared || (mode === 0o755 && uid === 0 && gid === 0)) return
    // The top ones are made by systemd: theirs count for nothing.
    if (!path.includes('/')) return
    const fixes = mode === 0o755 ? [] : ([{ do: 'chmod', path, mode: 0o755 }] as const)
    const owner = uid === 0 && gid === 0 ? '' : ` of ${uid}:${gid}`
    report(
      rule.modes,
      path,
      `has mode ${octal(mode)}${owner}, and the merged directory gets it: expected 0755 of root`,
      {
        isLost: true,
        fixes,
      },
    )
  }

  return {
    visit: (path: string, entry: Entry): boolean => {
      checkNode(path, entry)
      checkAttributes(path, entry)
      const under = base?.tree.node(path)
      if (entry.kind === 'directory') checkDirectory(path, entry, under)
      // The top ones systemd follows, as long as they lead to directories: SYSEXT-02.
      if (under !== undefined && path.includes('/') && isClash(entry, under)) {
        report(rule.clash, path, `is a ${entry.kind}, and hides the ${under.kind} that the base has there`)
        return false
      }
      if (base === undefined && kind === 'sysext') checkLikelyClash(report, rule.clash, path, entry)
      const isReplaced = under !== undefined && entry.kind !== 'directory' && entry.device !== '0:0'
      if (isReplaced && kind === 'sysext')
        report(SYSEXT['SYSEXT-08'], path, 'takes the place of what the base has there')
      return true
    },
  }
}
