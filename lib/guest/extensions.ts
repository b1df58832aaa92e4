import { parseExtensionName } from '../extensions/name.ts'
import { type LinkTargets, linkTargets, placeLinks, readLinks } from '../git/extension-links.ts'
import type { Manifest } from '../git/state.ts'
import type { Host } from '../host/host.ts'
import { HostError, orElse } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { EXTENSION_CLASSES, type ExtensionClass, GUEST, SYSTEM_EXTENSIONS } from '../layout/paths.ts'
import { isError, type Problem, wholeFile } from '../report/problem.ts'

/** The extensions of a revision become those of the running system, all of them or none. */

/** /var/lib/infra, from where systemd looks for extensions. */
const UP = '../infra'

const PATIENCE = 300

/** The services are systemd's own, and merge outside of our sandbox. A reload replaces the old view by the new one at once. */
const refresh = (host: Host, kind: ExtensionClass): void => {
  mustRun(host, ['systemctl', 'reload-or-restart', '--', `systemd-${kind}.service`], PATIENCE)
}

const namesIn = (value: unknown): readonly string[] => {
  if (!Array.isArray(value)) return []
  return value.flatMap(({ extensions }: { extensions?: unknown }) =>
    Array.isArray(extensions) ? extensions.filter((one) => typeof one === 'string') : [],
  )
}

/** What is merged now, by name. systemd leaves out what does not fit, and says that all is well. */
const mergedNames = (host: Host, kind: ExtensionClass): readonly string[] => {
  const text = mustRun(host, [`systemd-${kind}`, 'status', '--json=short'], PATIENCE)
  try {
    return namesIn(JSON.parse(text))
  } catch {
    throw new HostError(`systemd-${kind} status`, 'said what is no JSON')
  }
}

/** Those of the links whose extensions are not merged. */
const missing = (host: Host, kind: ExtensionClass, targets: LinkTargets): readonly string[] => {
  if (targets.size === 0) return []
  const merged = mergedNames(host, kind)
  return [...targets.keys()].filter((file) => !merged.includes(parseExtensionName(file, kind)?.name ?? file))
}

const leftOut = (host: Host, kind: ExtensionClass, targets: LinkTargets): readonly Problem[] =>
  missing(host, kind, targets).map((file) => ({
    severity: 'error',
    at: wholeFile(`infrastructure/extensions/${kind}/${file}`),
    message: `was left out by systemd-${kind}, going back to the extensions before`,
    hint: `journalctl --unit=systemd-${kind}`,
  }))

const place = (host: Host, kind: ExtensionClass, targets: LinkTargets): readonly Problem[] => {
  host.makeDir(SYSTEM_EXTENSIONS[kind])
  return placeLinks(host, SYSTEM_EXTENSIONS[kind], UP, targets)
}

const isSame = (a: LinkTargets, b: LinkTargets): boolean =>
  a.size === b.size && [...a].every(([name, target]) => b.get(name) === target)

/** `again`: what is merged may be of other links, a run may have been killed in between. */
const applyClass = (host: Host, kind: ExtensionClass, targets: LinkTargets, again: boolean): readonly Problem[] => {
  const before = readLinks(host, SYSTEM_EXTENSIONS[kind], UP)
  if (isSame(before, targets) && !again && missing(host, kind, targets).length === 0) return []
  const problems = place(host, kind, targets)
  const placed = new Map([...targets].filter(([name]) => readLinks(host, SYSTEM_EXTENSIONS[kind], UP).has(name)))
  refresh(host, kind)
  return [...problems, ...leftOut(host, kind, placed)]
}

/**
 * Makes the system have these extensions. When one is left out, or systemd fails, it has those of before again, and the
 * problems have an error. `again`: even where the links say that nothing is to be done.
 */
export const applyExtensions = (host: Host, manifest: Manifest, again: boolean): readonly Problem[] => {
  const former = EXTENSION_CLASSES.map((kind) => [kind, readLinks(host, SYSTEM_EXTENSIONS[kind], UP)] as const)
  const problems = orElse<readonly Problem[]>(
    () => {
      const said: Problem[] = []
      for (const kind of EXTENSION_CLASSES) {
        if (!said.some(isError)) said.push(...applyClass(host, kind, linkTargets(host, GUEST, manifest, kind), again))
      }
      return said
    },
    ({ path, reason }) => [{ severity: 'error', at: wholeFile(path), message: reason }],
  )
  if (!problems.some(isError)) return problems
  for (const [kind, links] of former) {
    place(host, kind, links)
    refresh(host, kind)
  }
  return problems
}
