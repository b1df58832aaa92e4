import type { Config } from '../config/config.ts'
import type { Host, Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { ISOLATION_DIR, isolationFile } from '../layout/paths.ts'
import { countElements, countTable } from './count.ts'
import { enableForwarding, readHostLinks, restoreForwarding } from './forwarding.ts'
import { goesOutside, hasIpv6, type TenantLinks, tenantElements, withoutElements } from './isolation.ts'
import { type HostLinks, newTable, refreshTable, removeTable, rulesOfChains, TABLE } from './isolation-rules.ts'

/**
 * Puts tenants' rules into the kernel and takes them away. All of it is called with the network's lock held. Each change is
 * one transaction of nft(8): all or nothing. What the table has to hold is kept as fragments, since anybody's `flush ruleset`
 * takes the table away.
 */

const PATIENCE = 60
const LARGEST = 1 << 20

const nft = (text: string): readonly string[] => ['nft', text]

const readFragment = (reader: Reader, id: string): string => reader.readFile(isolationFile(id), LARGEST)?.text ?? ''

/** Whether the rules that it has are those that it would be given. */
export const isIsolated = (reader: Reader, tenant: TenantLinks): boolean =>
  readFragment(reader, tenant.id) === tenantElements(tenant)

const fragments = (reader: Reader): readonly string[] =>
  (reader.readDir(ISOLATION_DIR)?.entries ?? [])
    .map(({ name }) => name)
    .filter((name) => name.endsWith('.nft'))
    .map((name) => name.slice(0, -'.nft'.length))

/** The whole table anew, with what every tenant has. `include` of nft takes no hidden files, and no harm where there is none. */
const wholeTable = (links: HostLinks): string => `${newTable(links)}include "${ISOLATION_DIR}/*.nft"\n`

/**
 * The tenant's elements instead of those it had. If that cannot be, the table is not as it was left, and other tenants'
 * elements may be missing as well: then all of it is made anew.
 */
const replaceElements = (host: Host, links: HostLinks, before: string, now: string): void => {
  const change = `${before === now ? '' : withoutElements(before)}${now}`
  if (host.run(nft(`${refreshTable(links)}${change}`), PATIENCE).status === 0) return
  try {
    mustRun(host, nft(`${wholeTable(links)}${withoutElements(before)}${now}`), PATIENCE)
  } catch (thrown) {
    if (!(thrown instanceof HostError)) throw thrown
    throw new HostError('nft', `the tenant cannot be isolated and does not start: ${thrown.reason}`)
  }
}

/** Before its interfaces are there: from their first packet on the rules are about them. */
export const isolateTenant = (host: Host, tenant: TenantLinks, config: Config): HostLinks => {
  const links = readHostLinks(host, config)
  const now = tenantElements(tenant)
  replaceElements(host, links, readFragment(host, tenant.id), now)
  host.makeDir(ISOLATION_DIR)
  host.replaceFile(isolationFile(tenant.id), now, 0o644)
  return links
}

/** When its interfaces are there. What it returns is that of `enableForwarding`. */
export const openTenant = (host: Host, tenant: TenantLinks, { uplinks }: HostLinks): boolean => {
  const { interfaces, prefixes, outside } = tenant
  const six = prefixes.some(({ prefix }) => prefix.includes(':'))
  if (outside) return enableForwarding(host, { interfaces, uplinks, ipv6: six })
  return interfaces.length < 2 || enableForwarding(host, { interfaces, uplinks: [], ipv6: six })
}

/** Whether the table is there with all that has to be in it. Numbers tell: nobody adds to it, somebody may take away. */
const isIntact = (host: Host, texts: readonly string[]): boolean => {
  const { status, stdout } = host.run(['nft', '--json', 'list', 'table', ...TABLE.split(' ')], PATIENCE)
  if (status !== 0) return false
  const { rules, elements } = countTable(stdout)
  const wanted = countElements(texts)
  return (
    [...rulesOfChains()].every(([chain, count]) => rules.get(chain) === count) &&
    [...wanted].every(([set, count]) => elements.get(set) === count)
  )
}

/**
 * Everything from the fragments, if anything of it is missing, as it is after somebody's `flush ruleset`. Without tenants
 * there is no table. Returns whether it had to be.
 */
export const restoreIsolation = (host: Host, config: Config): boolean => {
  const texts = fragments(host).map((id) => readFragment(host, id))
  if (texts.length === 0 || isIntact(host, texts)) return false
  const links = readHostLinks(host, config)
  mustRun(host, nft(wholeTable(links)), PATIENCE)
  if (texts.some(goesOutside))
    enableForwarding(host, { interfaces: [], uplinks: links.uplinks, ipv6: texts.some(hasIpv6) })
  return true
}

/** After its interfaces have gone. With the last tenant the table goes. */
export const releaseTenant = (host: Host, id: string, config: Config): void => {
  const before = readFragment(host, id)
  if (before === '') return
  const isLast = fragments(host).every((one) => one === id)
  if (isLast) {
    mustRun(host, nft(removeTable), PATIENCE)
    restoreForwarding(host)
  } else if (host.run(nft(withoutElements(before)), PATIENCE).status !== 0) {
    mustRun(host, nft(`${wholeTable(readHostLinks(host, config))}${withoutElements(before)}`), PATIENCE)
  }
  host.remove(isolationFile(id))
}
