/** The C compiler. What it made of sources that are not ours is kept: the engine takes half a minute, and is always the same. */

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { arch, pid } from 'node:process'
import { need, needTools } from './prerequisites.mjs'
import { CACHE } from './project.mjs'
import { run } from './run.mjs'

/** For each architecture, as Node calls it, what Debian calls its parts. */
const TOOLCHAINS = {
  x64: { cross: 'x86_64-linux-gnu-gcc', library: 'libc6-dev-amd64-cross' },
  arm64: { cross: 'aarch64-linux-gnu-gcc', library: 'libc6-dev-arm64-cross' },
}

/** Start-up code of static programs that can be put anywhere: gcc says its path, or its mere name when it has none. */
const staticLibrary = (gcc, file) => run(gcc, [`-print-file-name=${file}`]).trim()

/**
 * @param {string} architecture for which it compiles, as Node calls it
 * @returns {{gcc: string, identity: string}} `identity`: all of it that goes into what it makes. Throws Unavailable
 */
export const toolchain = (architecture) => {
  const { cross, library } = TOOLCHAINS[architecture]
  const gcc = architecture === arch ? 'gcc' : cross
  needTools(gcc)
  need([
    {
      name: 'the static C library',
      debianPackage: architecture === arch ? 'libc6-dev' : library,
      isThere: () => isAbsolute(staticLibrary(gcc, 'rcrt1.o')) && isAbsolute(staticLibrary(gcc, 'libc.a')),
    },
  ])
  const libc = createHash('sha256').update(readFileSync(staticLibrary(gcc, 'libc.a')))
  return { gcc, identity: `${architecture} ${run(gcc, ['--version']).split('\n')[0]} ${libc.digest('hex')}` }
}

/** Of all C files and headers of a directory. */
const digestOf = (directory) => {
  const digest = createHash('sha256')
  for (const name of readdirSync(directory).sort()) {
    if (/\.[ch]$/.test(name)) digest.update(`${name}\0`).update(readFileSync(join(directory, name)))
  }
  return digest.digest('hex')
}

/** The path of what `make(path)` makes, which is called only when that has not been made from these inputs yet. */
export const keptFor = (inputs, name, make) => {
  const key = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16)
  const kept = join(CACHE, `${key}-${name}`)
  if (existsSync(kept)) return kept
  mkdirSync(CACHE, { recursive: true })
  const beside = `${kept}.${pid}`
  try {
    make(beside)
    renameSync(beside, kept)
  } finally {
    rmSync(beside, { force: true })
  }
  return kept
}

/**
 * Compiles C files of one directory, run there: the same bytes wherever that is.
 * @returns {string[]} paths of the objects
 */
export const compileAll = ({ gcc, identity }, directory, files, flags) => {
  const sources = digestOf(directory)
  return files.map((file) =>
    keptFor([identity, sources, file, flags], `${file}.o`, (object) =>
      run(gcc, [...flags, '-c', '-o', object, file], { cwd: directory }),
    ),
  )
}
