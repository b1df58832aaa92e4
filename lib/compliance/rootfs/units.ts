import type { Check } from '../check.ts'
import { resolve } from '../resolve.ts'
import type { Entry } from '../tree.ts'
import { below, nameOf, parentOf } from '../tree.ts'
import { isUnitName, templateOf } from '../unit-name.ts'
import { ROOT } from './rules.ts'

/** Unit and network files in a tree: whether anybody will find them. Called for each entry of a walk. */

const UNIT_PLACES = ['etc', 'run', 'usr/lib', 'usr/local/lib'].flatMap((top) => [
  `${top}/systemd/system`,
  `${top}/systemd/user`,
])
const NETWORK_PLACES = ['etc', 'run', 'usr/lib', 'usr/local/lib'].map((top) => `${top}/systemd/network`)
const NETWORK_FILE = /\.(?:network|netdev|link)$/
const OF_SYSTEMD = /^(?:etc|run|usr\/lib|usr\/local\/lib|lib)\/systemd(?:\/(?:system|user|network)(?:\/|$)|$)/
const DEPENDENCIES = /\.(?:wants|requires|upholds)$/

/** Where a unit of the system may be, highest priority first. */
const isUnitThere = ({ tree }: Check, name: string): boolean =>
  UNIT_PLACES.some((place) => tree.node(below(place, name)) !== undefined)

const checkDependency = (check: Check, path: string, { name, kind }: Entry): void => {
  const { tree, report } = check
  if (kind !== 'link') report(ROOT['ROOT-23'], path, `is a ${kind}, expected a link to a unit`)
  else if (!isUnitName(name)) report(ROOT['ROOT-23'], path, 'is not called like a unit')
  else {
    const found = resolve(tree, path)
    const template = templateOf(name)
    const isThere =
      found.state === 'found' || isUnitThere(check, name) || (template !== undefined && isUnitThere(check, template))
    if (!isThere)
      report(ROOT['ROOT-23'], path, `leads to ${tree.target(path)}, which is not there`, { severity: 'warning' })
  }
}

/** Where a network file that is among units belongs. */
const checkNetworkFile = ({ report }: Check, path: string): void => {
  const directory = parentOf(path)
  if (NETWORK_PLACES.includes(directory)) return
  // A root that lies in this one, or a template in usr/share, has its own.
  if (!OF_SYSTEMD.test(directory)) return
  const to = `${directory.replace(/\/systemd(?:\/.*)?$/, '')}/systemd/network/${nameOf(path)}`
  report(ROOT['ROOT-24'], path, 'is where nobody reads it, expected it in systemd/network', {
    fixes: [{ do: 'rename', path, to }],
  })
}

export const checkUnitEntry = (check: Check, path: string, entry: Entry): void => {
  const { name, kind } = entry
  const directory = parentOf(path)
  if (DEPENDENCIES.test(directory)) {
    if (UNIT_PLACES.includes(parentOf(directory))) checkDependency(check, path, entry)
    return
  }
  if (NETWORK_FILE.test(name) && kind !== 'directory') checkNetworkFile(check, path)
  if (kind !== 'file' || !isUnitName(name)) return
  if (directory === 'etc/systemd/system' || directory === 'etc/systemd/user')
    check.report(
      ROOT['ROOT-22'],
      path,
      `is a unit of the vendor's, expected it in usr/lib/systemd/${nameOf(directory)}`,
    )
  else if (NETWORK_PLACES.includes(directory))
    check.report(ROOT['ROOT-24'], path, 'is a unit among network files, where nobody reads it')
}
