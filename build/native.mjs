/** The native executable, dist/native/bitbuilder: the bundle as bytecode and the small engine, linked statically; and its names. */

import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { arch } from 'node:process'
import { bundle, licences, PROGRAM } from './bundle.mjs'
import { compileAll, keptFor, toolchain } from './compile.mjs'
import { ENGINE_SOURCES, engineSources } from './engine.mjs'
import { linkNames } from './names.mjs'
import { nativeLicences } from './native-licences.mjs'
import { BUILT, inProject } from './project.mjs'
import { replaceFile } from './replace-file.mjs'
import { run } from './run.mjs'

/** What the sources of the engine expect of a compiler; without assertions, as they are released. */
const DIALECT = ['-std=gnu11', '-D_GNU_SOURCE', '-DNDEBUG']

/**
 * Counted in instructions, for no tenants and for a thousand, against -O2 in a static executable that is hardened in no
 * way: PIE costs 2 % and the stack protector 2 %, -O3 brings 12 % and 5 %; link-time optimisation brings nothing, and a
 * profile too little (4 %) for what it takes. Without the parser, which bytecode does not need, it is a tenth smaller.
 */
const OPTIMISED = ['-O3', '-ffunction-sections', '-fdata-sections', '-DQJS_DISABLE_PARSER']
const HARDENED = ['-fPIE', '-fstack-protector-strong', '-D_FORTIFY_SOURCE=3']
const LINKED = ['-static-pie', '-Wl,-z,relro,-z,now', '-Wl,-z,noexecstack', '-Wl,--gc-sections', '-s']

/** The engine's compiler runs once for each build: what counts is that it is made quickly. */
const QUICKLY_MADE = ['-O0']

/** What we have of others we do not mend. */
const ENGINE_WARNINGS = ['-w']
const OWN_WARNINGS = ['-Wall', '-Wextra', '-Wno-unused-parameter', '-Werror']

/** What a script may import that no script is. */
const MODULES = ['qjs:std', 'qjs:os', 'bitbuilder:linux']

/** @returns the path of the engine's compiler, made for this machine */
const makeCompiler = ({ directory }) => {
  const tools = toolchain(arch)
  const flags = [...DIALECT, ...QUICKLY_MADE, ...ENGINE_WARNINGS]
  const objects = compileAll(tools, directory, [...ENGINE_SOURCES, 'qjsc.c'], flags)
  return keptFor(
    objects.map((object) => basename(object)),
    'qjsc',
    (output) => run(tools.gcc, ['-o', output, ...objects, '-lm', '-lpthread']),
  )
}

/** As the engine's compiler calls what it made of a file. */
const arrayOf = (name) => `qjsc_${name.replace(/\.js$/, '').replace(/[^A-Za-z0-9]/g, '_')}`

/** lib/host/chunks.h */
const tableOf = (files) => {
  const rows = files.map(({ name }) => `    {"${name}", ${arrayOf(name)}, &${arrayOf(name)}_size},`)
  return `\n#include "chunks.h"\n\nconst struct chunk chunks[] = {\n${rows.join('\n')}\n    {0},\n};\n`
}

/** Writes chunks.c to `work`: bytecode without source and debug information. */
const compileScript = (qjsc, files, work) => {
  for (const { name, code } of files) writeFileSync(join(work, name), code)
  const modules = MODULES.flatMap((name) => ['-M', name])
  // What is imported by name it finds itself.
  const lazy = files.filter(({ isLazy }) => isLazy).flatMap(({ name }) => ['-D', name])
  run(qjsc, ['-ss', '-m', '-P', ...modules, ...lazy, '-o', 'chunks.c', files[0].name], { cwd: work })
  appendFileSync(join(work, 'chunks.c'), tableOf(files))
}

const OWN_SOURCES = ['lib/host/main.c', 'lib/host/linux.c']

const makeExecutable = (tools, { directory }, work) => {
  const flags = [...DIALECT, ...OPTIMISED, ...HARDENED]
  const engine = compileAll(tools, directory, ENGINE_SOURCES, [...flags, ...ENGINE_WARNINGS])
  const include = ['-I', directory, '-I', inProject('lib/host')]
  const own = [join(work, 'chunks.c'), ...OWN_SOURCES.map(inProject)]
  const program = join(work, 'program')
  run(tools.gcc, [...flags, ...OWN_WARNINGS, ...LINKED, ...include, '-o', program, ...own, ...engine, '-lm'])
  return program
}

/**
 * A program on the small engine as one executable. Throws Unavailable when this machine has not what it takes.
 * @param {{entry: string, destination: string, architecture?: string}} wanted `entry`: path in the repository;
 *   `destination`: absolute path; `architecture`: as Node calls it
 */
export const packNative = async ({ entry, destination, architecture = arch }) => {
  const tools = toolchain(architecture)
  const sources = engineSources()
  const { files, packages } = await bundle('native', entry)
  mkdirSync(dirname(destination), { recursive: true })
  const work = mkdtempSync(`${destination}-`)
  try {
    compileScript(makeCompiler(sources), files, work)
    renameSync(makeExecutable(tools, sources, work), destination)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return { sources, tools, packages }
}

/** `node build.mjs native` */
export const buildNative = async (architecture = arch) => {
  const directory = architecture === arch ? BUILT.native : `${BUILT.native}-${architecture}`
  const destination = join(directory, 'bitbuilder')
  const { sources, tools, packages } = await packNative({ entry: PROGRAM, destination, architecture })
  replaceFile(join(directory, 'LICENSES'), licences(packages, nativeLicences(sources, tools)))
  linkNames(directory)
  const megabytes = (statSync(destination).size / 1e6).toFixed(1)
  console.log(`build: ${relative(inProject('.'), destination)}, QuickJS-ng ${sources.version}, ${megabytes} MB`)
}
