/** Running tools. */

import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { env } from 'node:process'

const SBIN = ['/usr/sbin', '/sbin']

/** Absolute path of a tool, or undefined. Looks in the sbin directories too: an ordinary user's PATH lacks them. */
export const findTool = (name) => {
  for (const directory of [...(env.PATH ?? '').split(delimiter).filter(Boolean), ...SBIN]) {
    try {
      accessSync(join(directory, name), constants.X_OK)
      return join(directory, name)
    } catch {}
  }
  return undefined
}

/** Enough to see what went wrong, in lines. */
const LONGEST_STORY = 40

/** Runs a tool and returns what it printed; throws with the end of all it said when it fails. */
export const run = (command, args, options = {}) => {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options })
  if (result.error !== undefined) throw new Error(`${command}: ${result.error.message}`)
  if (result.status !== 0) {
    const how = result.signal === null ? `exit status ${result.status}` : result.signal
    const story = `${result.stdout ?? ''}${result.stderr ?? ''}`.trimEnd().split('\n').slice(-LONGEST_STORY)
    throw new Error([`${command} ${args.join(' ')}: ${how}`, ...story].join('\n'))
  }
  return result.stdout ?? ''
}
