/** Which of the two executables is made: the small native one, or the portable one, for which npm has everything. */

import { buildNative } from './native.mjs'
import { buildPortable } from './portable.mjs'
import { Unavailable } from './prerequisites.mjs'

const BUILDERS = { native: buildNative, portable: buildPortable }

/**
 * @param {'native' | 'portable' | undefined} wanted when not said, the portable one stands in for one that cannot be had
 * @returns {Promise<'native' | 'portable'>} the one that was built
 */
export const buildWith = async (wanted) => {
  try {
    const engine = wanted ?? 'native'
    await BUILDERS[engine]()
    return engine
  } catch (error) {
    if (wanted !== undefined || !(error instanceof Unavailable)) throw error
    const [reason] = error.message.split('\n')
    console.log(`build: no native executable, the portable one stands in: ${reason}`)
  }
  await buildPortable()
  return 'portable'
}
