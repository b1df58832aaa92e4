/** Where the sources of the small engine are, QuickJS-ng: on this machine, or fetched once. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { env } from 'node:process'
import { unpackPackage } from './debian.mjs'
import { Unavailable } from './prerequisites.mjs'
import { CACHE } from './project.mjs'

/** Where the package puts them. */
const PACKAGED = '/usr/src/quickjs-ng'

/** Debian has the package since this release. */
const PACKAGE = { name: 'qjs-src', suite: 'forky' }

const OLDEST = [0, 17]

/** What is compiled of them; with qjsc.c it makes the compiler. */
export const ENGINE_SOURCES = ['quickjs.c', 'libregexp.c', 'libunicode.c', 'dtoa.c', 'quickjs-libc.c']

/** As the sources themselves say it. */
const versionOf = (directory) => {
  const header = join(directory, 'quickjs.h')
  const text = existsSync(header) ? readFileSync(header, 'utf8') : ''
  const [major, minor, patch] = ['MAJOR', 'MINOR', 'PATCH'].map((part) =>
    Number(new RegExp(`^#define QJS_VERSION_${part} (\\d+)$`, 'm').exec(text)?.[1]),
  )
  if (Number.isNaN(major + minor + patch)) throw new Unavailable(`${directory}: holds no sources of QuickJS-ng`)
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new Unavailable(`${directory}: QuickJS-ng ${major}.${minor}.${patch} is older than ${OLDEST.join('.')}`)
  }
  return `${major}.${minor}.${patch}`
}

/** Another build may fetch it at the same time: whose comes second finds it there, and drops its own. */
const fetched = () => {
  const kept = join(CACHE, PACKAGE.name)
  if (existsSync(kept)) return join(kept, PACKAGED)
  mkdirSync(CACHE, { recursive: true })
  const beside = mkdtempSync(`${kept}-`)
  try {
    unpackPackage(PACKAGE, join(beside, 'x'))
    if (!existsSync(kept)) renameSync(join(beside, 'x'), kept)
  } catch (error) {
    throw new Unavailable(`the sources of QuickJS-ng are not here and cannot be fetched: ${error.message}`)
  } finally {
    rmSync(beside, { recursive: true, force: true })
  }
  return join(kept, PACKAGED)
}

const directoryOf = () => {
  const { BITBUILDER_ENGINE_SOURCE: named } = env
  if (named !== undefined && named !== '') return resolve(named)
  return existsSync(PACKAGED) ? PACKAGED : fetched()
}

/** @returns {{directory: string, version: string}} throws Unavailable when they cannot be had */
export const engineSources = () => {
  const directory = directoryOf()
  return { directory, version: versionOf(directory) }
}
