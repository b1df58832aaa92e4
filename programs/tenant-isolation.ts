import { readConfig } from '../lib/config/config.ts'
import { restoreIsolation } from '../lib/network/isolate.ts'
import { withNetwork } from '../lib/network/networkd.ts'
import { logProblems } from '../lib/program/generator.ts'
import type { Main } from '../lib/program/main.ts'

/** tenant-isolation(8): the rules that keep tenants apart as they have to be, whatever has become of them. */
export const tenantIsolation: Main = (host, args) => {
  if (args.length > 0) {
    host.log('error', 'usage: tenant-isolation')
    return 2
  }
  const { value: config, problems } = readConfig(host)
  logProblems(host, '', problems)
  if (withNetwork(host, () => restoreIsolation(host, config)))
    host.log('warning', 'the rules that keep tenants apart were gone, and are back')
  return 0
}
