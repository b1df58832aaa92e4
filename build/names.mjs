/** The names of an executable, in bin/ beside it. */

import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { PROGRAMS } from './project.mjs'

/** @param {string} directory in which `bitbuilder` is */
export const linkNames = (directory) => {
  mkdirSync(join(directory, 'bin'), { recursive: true })
  for (const name of ['bitbuilder', ...PROGRAMS]) {
    const link = join(directory, 'bin', name)
    if (existsSync(link)) continue
    rmSync(link, { force: true })
    symlinkSync('../bitbuilder', link)
  }
}
