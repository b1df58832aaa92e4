import type { Check } from '../check.ts'
import { resolve } from '../resolve.ts'
import { OSR } from './rules.ts'

const PLACES = ['etc/os-release', 'usr/lib/os-release'] as const

/** The os-release of a root file system. */
export const checkOsRelease = ({ tree, report }: Check): void => {
  const found = PLACES.map((path) => resolve(tree, path)).find(({ state }) => state !== 'missing')
  if (found === undefined) report(OSR['OSR-01'], '', 'has neither etc/os-release nor usr/lib/os-release')
}

/** `subject` is the file. */
export const checkOsReleaseFile = (_check: Check): void => {}
