/** `systemd-analyze verify` on units of a host on which nothing is installed. */

import { spawnSync } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import process, { getuid } from 'node:process'
import fastGlob from 'fast-glob'
import { findTool } from './run.mjs'

const exists = (path) => {
  try {
    accessSync(path)
    return true
  } catch {
    return false
  }
}

/** Programs that the units call, as `ExecStart=` and its like give them. */
const calledPrograms = (directories) => {
  const texts = directories.flatMap((directory) =>
    fastGlob.sync('**/*.{service,conf}', { cwd: directory, absolute: true }).map((file) => readFileSync(file, 'utf8')),
  )
  const found = texts.flatMap((text) => [...text.matchAll(/^Exec\w+=[-@:+!]*(\/[^\s]+)/gm)].map(([, path]) => path))
  return [...new Set(found)].sort()
}

/**
 * In a mount namespace of its own, with the installed tree laid over /usr: a bare host lacks the templates and the
 * programs that the units name, and systemd-analyze looks for both. $1: the tree, $2: where generators write.
 */
const SCRIPT = `
cd "$1" || exit
mount -t overlay -o lowerdir=usr:/usr overlay /usr || exit
SYSTEMD_UNIT_PATH="$2:" SYSTEMD_LOG_COLOR=no
export SYSTEMD_UNIT_PATH SYSTEMD_LOG_COLOR
shift 2
exec systemd-analyze verify --man=no "$@"
`

const inNamespace = (args) => {
  const user = getuid() === 0 ? [] : ['--map-root-user']
  const env = { ...process.env, LC_ALL: 'C.UTF-8' }
  return spawnSync('unshare', ['--mount', ...user, 'sh', '-c', SCRIPT, 'sh', ...args], { encoding: 'utf8', env })
}

/** A colon in an operand means FILE:NAME, so that a machine's instance of a template has to be given just so. */
const operand = (units, name) => (name.includes(':') ? `${readlinkSync(join(units, name))}:${name}` : join(units, name))

/**
 * @param {string} installed an installed tree; stubs are added to it for programs of other packages that this machine lacks
 * @param {string} units a directory as generators write it
 * @returns {{skipped: string} | {complaints: string, count: number, stubs: string[]}} any line of complaints is a failure
 */
export const verifyUnits = (installed, units) => {
  for (const tool of ['systemd-analyze', 'unshare']) {
    if (findTool(tool) === undefined) return { skipped: `there is no ${tool} here` }
  }
  const probe = join(installed, 'usr/lib/systemd/system')
  const allowed = inNamespace([installed, units, join(probe, 'tenants.target')])
  if (/unshare|mount:/.test(allowed.stderr)) {
    return { skipped: `this user may not make a mount namespace (${allowed.stderr.trim().split('\n')[0]})` }
  }
  const stubs = calledPrograms([units, probe]).filter((path) => !exists(path) && !exists(join(installed, path)))
  for (const path of stubs) {
    mkdirSync(dirname(join(installed, path)), { recursive: true })
    writeFileSync(join(installed, path), '#!/bin/false\n')
    chmodSync(join(installed, path), 0o755)
  }
  try {
    // By path: by name it would look at what is installed. Not at links in *.wants/, which name the same units again.
    const entries = readdirSync(units, { withFileTypes: true }).filter((entry) => !entry.isDirectory())
    const files = entries.map(({ name }) => operand(units, name)).sort()
    const { status, stdout, stderr } = inNamespace([installed, units, ...files])
    const complaints = `${stdout}${stderr}`.trim() || (status === 0 ? '' : `exit status ${status}`)
    return { complaints, count: files.length, stubs }
  } finally {
    for (const path of stubs) rmSync(join(installed, path))
  }
}
