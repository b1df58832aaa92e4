/** The shipped example as the root of a host. */

import { chmodSync, cpSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { inProject } from './project.mjs'

const EXAMPLES = {
  'packaging/examples/root': '.',
  'packaging/examples/tenants.json': 'var/lib/bitbuilder/tenants.json',
  'packaging/examples/tenants.d': 'etc/bitbuilder/tenants.d',
}

/** A checkout may be writable for a group; the generators trust no such file. */
const protect = (path) => {
  const found = lstatSync(path)
  if (found.isSymbolicLink()) return
  chmodSync(path, found.mode & 0o755)
  if (found.isDirectory()) for (const name of readdirSync(path)) protect(join(path, name))
}

/** Copies it to `root`, a path at which there is nothing yet. */
export const plantExample = (root) => {
  for (const [from, to] of Object.entries(EXAMPLES)) cpSync(inProject(from), join(root, to), { recursive: true })
  protect(root)
}
