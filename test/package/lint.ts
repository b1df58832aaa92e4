/** What the distributions' own checkers say of the packages. */

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PROJECT, theDeb, theRpm } from './packages.ts'

/** What an old and a new lintian call the same thing: only one of them can be of use. */
const EITHER = /unused-override (shared-library-lacks-prerequisites|statically-linked-binary) /

/**
 * @param filters the file of packaging/rpm that says what rpmlint cannot know
 * @param isStatic whether the executable is
 */
export const lintPackages = (
  directory: string,
  filters: string,
  { isStatic }: { readonly isStatic: boolean },
): void => {
  test('lintian has no error, no warning and no override without use', () => {
    const { stdout, stderr } = spawnSync('lintian', ['--display-level', '>=info', theDeb(directory)], {
      encoding: 'utf8',
    })
    expect(stderr.replace('running with root privileges is not recommended!\n', '')).toBe('')
    const complaints = stdout.split('\n').filter((line) => /^[EW]:|-override/.test(line))
    expect(complaints.filter((line) => !EITHER.test(line))).toEqual([])
    expect(complaints.length).toBe(Number(isStatic))
  })

  test('rpmlint has no error and no warning', () => {
    const config = join(PROJECT, 'packaging/rpm', filters)
    const { stdout, status } = spawnSync('rpmlint', ['-r', config, theRpm(directory)], { encoding: 'utf8' })
    expect(stdout).toMatch(/^ *1 packages and 0 specfiles checked; 0 errors, 0 warnings/m)
    expect(status).toBe(0)
  })
}
