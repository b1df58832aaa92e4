/** The two scripts that ours replace, as an administrator would have installed them. */

import { readFileSync } from 'node:fs'
import type { Files } from './machine.ts'

const read = (name: string): string => readFileSync(new URL(`../originals/${name}`, import.meta.url), 'utf8')

/** What the scripts' units start; it only has to be there. */
const program = (text = ''): string => `#!/bin/sh\n${text}exit 0\n`

/** A host with the original generators, and with programs that stand for what they would start. */
export const ORIGINALS: Files = {
  '/usr/lib/systemd/system-generators/tenant-generator': read('tenant-generator'),
  '/usr/lib/systemd/system-generators/mount-generator': read('mount-generator'),
  '/usr/lib/bitbuilder/tenant-provision': program(),
  // The manager stays; that is how it would supervise its tenant.
  '/usr/lib/bitbuilder/tenant-manager': program('systemd-notify --ready\nexec sleep infinity\n'),
  '/usr/lib/bitbuilder/tenant-cleanup': program(),
  '/usr/lib/bitbuilder/setup-tenant-network': program(),
  '/usr/lib/bitbuilder/teardown-tenant-network': program(),
}
