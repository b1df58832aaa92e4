/** Single packages of a Debian suite that this machine does not run: fetched by its apt, which is left as it is. */

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findTool, run } from './run.mjs'

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** The mirrors that this machine's apt is set up with. Others offer something for Debian under a like address: the keyring tells. */
export const mirrors = () => {
  const addresses = run('apt-get', ['update', '--print-uris']).matchAll(/^'(\S+\/debian)\/dists\/[^']*InRelease'/gm)
  return [...new Set([...addresses].map(([, site]) => site))]
}

/** Runs apt-get with lists, cache and sources of its own in `top`, and all else as it is set up here: a proxy, for one. */
const privateApt = (top, mirror, suite) => {
  const sources = join(top, 'sources.list')
  writeFileSync(sources, `deb [signed-by=${KEYRING} check-valid-until=no] ${mirror} ${suite} main\n`)
  for (const directory of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(top, directory), { recursive: true })
  const settings = {
    'Dir::Etc::SourceList': sources,
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': join(top, 'lists'),
    'Dir::Cache': join(top, 'cache'),
    'Acquire::Check-Date': 'false',
    'Acquire::Languages': 'none',
  }
  const options = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`])
  return (...args) => run('apt-get', ['-q', ...options, ...args], { cwd: top })
}

const downloadFrom = (top, mirror, { name, suite }) => {
  const aptGet = privateApt(top, mirror, suite)
  aptGet('-o', 'APT::Update::Error-Mode=any', 'update')
  aptGet('download', name)
  return join(top, readdirSync(top).find((file) => file.endsWith('.deb')) ?? '')
}

/** Of all that apt says, what it calls the error. */
const inShort = ({ message }) => new Error(/^E: (.*)$/m.exec(message)?.[1] ?? message)

/** What `make` returns for the first of these for which it does not throw; throws what the last one threw. */
const firstThatWorks = (candidates, make) => {
  let last
  for (const candidate of candidates) {
    try {
      return make(candidate)
    } catch (error) {
      last = inShort(error)
    }
  }
  throw last
}

/**
 * @param {{name: string, suite: string}} wanted
 * @param {string} directory where its files go, as dpkg would put them below /
 */
export const unpackPackage = (wanted, directory) => {
  for (const tool of ['apt-get', 'dpkg-deb']) {
    if (findTool(tool) === undefined)
      throw new Error(`there is no ${tool} here to fetch the package ${wanted.name} with`)
  }
  const sites = mirrors()
  if (sites.length === 0) throw new Error(`apt knows no Debian mirror to fetch the package ${wanted.name} from`)
  const top = mkdtempSync(`${directory}.apt-`)
  try {
    // apt reads as a user of its own.
    chmodSync(top, 0o755)
    run('dpkg-deb', ['-x', firstThatWorks(sites, (mirror) => downloadFrom(top, mirror, wanted)), directory])
  } finally {
    rmSync(top, { recursive: true, force: true })
  }
}
