import type { Host, Reader } from '../host/host.ts'
import { HostError, orElse } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { bridgeName, namespaceService, vlanName, vxlanName, wireguardName } from '../layout/names.ts'
import { NAMESPACES_DIR, NETWORKD_DIR, namespaceBatch, networkFile } from '../layout/paths.ts'
import { NETWORK_FILE_SUFFIXES, type NetworkFile, networkFiles } from './files.ts'
import { ensureKey } from './key.ts'
import { checkUplink, deleteLink, ensureLink, forgetLink, recordLink, refuseForeign, stackedLinks } from './links.ts'
import { NAMESPACE_SIDES, namespaceFiles } from './namespace.ts'
import { hasInterface, reloadNetworkd, reloadUdev, waitForInterface } from './networkd.ts'
import type { NetworkPlan } from './plan.ts'
import { refuseRivals } from './rivals.ts'

/** A plan made true, or nothing of it. Everything here is called under the lock, and may be repeated. */

const LARGEST_FILE = 1 << 20
const PATIENCE = 30

const readText = (reader: Reader, path: string): string | undefined => reader.readFile(path, LARGEST_FILE)?.text

/** Every file that a tenant may have. */
const possibleFiles = (id: string): readonly string[] => [
  ...NETWORK_FILE_SUFFIXES.map((suffix) => networkFile(id, suffix)),
  ...NAMESPACE_SIDES.map((side) => namespaceBatch(id, side)),
]

/** A file that is to have other text than it has; undefined: that is not to be there, or was not. */
interface Change {
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** Files that differ from the wanted ones: networkd reconfigures what has changed, and other tenants must not notice. */
export const changedFiles = (reader: Reader, id: string, wanted: readonly NetworkFile[]): readonly Change[] => {
  const texts = new Map(wanted.map(({ path, text }) => [path, text]))
  return possibleFiles(id).flatMap((path) => {
    const change = { path, before: readText(reader, path), after: texts.get(path) }
    return change.before === change.after ? [] : [change]
  })
}

const put = (host: Host, path: string, text: string | undefined): void => {
  if (text === undefined) host.remove(path)
  else host.replaceFile(path, text, 0o644)
}

const isNetworkd = ({ path }: Change): boolean => path.startsWith(`${NETWORKD_DIR}/`)

const reload = (host: Host, changes: readonly Change[]): void => {
  if (changes.some(({ path }) => path.endsWith('.link'))) reloadUdev(host)
  reloadNetworkd(host)
}

export const wantedFiles = (plan: NetworkPlan): readonly NetworkFile[] => [
  ...networkFiles(plan),
  ...namespaceFiles(plan),
]

/** networkd would try for ever, and say so in its own log only. The kernel loads the module when it is asked for one. */
const requireWireguard = (host: Host, name: string): void => {
  if (hasInterface(host, name) || host.stat('/sys/module/wireguard') !== undefined) return
  const { status, stderr } = host.run(['ip', 'link', 'add', 'name', name, 'type', 'wireguard'], PATIENCE)
  if (status !== 0)
    throw new HostError(
      'network.wireguard',
      `this kernel makes no WireGuard interface: ${stderr.trim()} (modprobe wireguard)`,
    )
  deleteLink(host, name)
}

/** What can be found wrong before anything is touched. Throws HostError. */
export const checkPlan = (host: Host, plan: NetworkPlan): void => {
  const links = stackedLinks(plan)
  refuseRivals(host, plan)
  for (const link of links) checkUplink(host, link)
  for (const { name } of [...links, ...(plan.wireguard === undefined ? [] : [plan.wireguard])])
    refuseForeign(host, name)
}

/** What interfaces networkd is to make. */
const madeByNetworkd = ({ bridge, wireguard }: NetworkPlan): readonly string[] => [
  bridge.name,
  ...(wireguard === undefined ? [] : [wireguard.name]),
]

const NETWORKD_RECORD = 'systemd-networkd\n'

const makeAll = (host: Host, plan: NetworkPlan, changes: readonly Change[]): void => {
  const { wireguard } = plan
  // First: whatever happens from here on, what is found there is ours to take away.
  for (const name of madeByNetworkd(plan)) recordLink(host, name, NETWORKD_RECORD)
  if (wireguard !== undefined) {
    ensureKey(host, plan.id)
    requireWireguard(host, wireguard.name)
  }
  for (const link of stackedLinks(plan)) ensureLink(host, link)
  for (const { path, after } of changes) put(host, path, after)
  // networkd takes an existing tunnel as it is, with the old key and peers.
  const isStale = changes.some(({ path }) => path === networkFile(plan.id, 'wireguard.netdev'))
  if (wireguard !== undefined && isStale) deleteLink(host, wireguard.name)
  const isMissing = madeByNetworkd(plan).some((name) => !hasInterface(host, name))
  if (isMissing || changes.some(isNetworkd)) reload(host, changes)
  for (const name of madeByNetworkd(plan)) waitForInterface(host, name)
}

/** As it was before: interfaces that were not there go, files get their old text. */
const undo = (host: Host, changes: readonly Change[], fresh: readonly string[]): void => {
  for (const { path, before } of changes) put(host, path, before)
  // What failed may fail again, and the first reason is the one to tell.
  const attempt = (work: () => void): void => orElse(work, () => undefined)
  if (changes.some(isNetworkd)) attempt(() => reload(host, changes))
  for (const name of fresh) attempt(() => forgetLink(host, name))
}

const linkNames = (id: string): readonly string[] => [vlanName(id), vxlanName(id), wireguardName(id), bridgeName(id)]

/** A namespace that is up has the pair that the old commands made. Not waited for: it is ordered after us. */
const updateNamespace = (host: Host, id: string, changes: readonly Change[]): void => {
  const old = changes.filter(({ path, before }) => before !== undefined && path.startsWith(`${NAMESPACES_DIR}/`))
  if (old.length === 0) return
  const verb = old.some(({ after }) => after === undefined) ? 'stop' : 'try-restart'
  mustRun(host, ['systemctl', verb, '--no-block', '--', namespaceService(id)], PATIENCE)
}

/** Makes the network of a tenant what the plan says, and touches only what differs. Throws HostError; then all is as it was. */
export const applyPlan = (host: Host, plan: NetworkPlan): void => {
  const { id } = plan
  host.makeDir(NETWORKD_DIR)
  host.makeDir(NAMESPACES_DIR)
  const fresh = linkNames(id).filter((name) => !hasInterface(host, name))
  const changes = changedFiles(host, id, wantedFiles(plan))
  try {
    makeAll(host, plan, changes)
  } catch (thrown) {
    undo(host, changes, fresh)
    throw thrown
  }
  const wanted = new Set([...stackedLinks(plan).map(({ name }) => name), ...madeByNetworkd(plan)])
  for (const name of linkNames(id)) if (!wanted.has(name)) forgetLink(host, name)
  updateNamespace(host, id, changes)
}

/** Takes away everything that `applyPlan` may have made. The key is data, and stays. */
export const removeNetwork = (host: Host, id: string): void => {
  const changes = changedFiles(host, id, [])
  for (const { path } of changes) host.remove(path)
  // networkd lets go of an interface whose files are gone, it does not remove it; and it would make one anew whose files are there.
  if (changes.some(isNetworkd)) reload(host, changes)
  for (const name of linkNames(id)) forgetLink(host, name)
}
