/** What is in the native executable besides JavaScript, and under which terms. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ENGINE_SOURCES } from './engine.mjs'
import { run } from './run.mjs'

/** Lines of the comment that a C file starts with. */
const headOf = (file) => {
  const [, head] = /^\/\*(.*?)\*\//s.exec(readFileSync(file, 'utf8')) ?? []
  if (head === undefined) throw new Error(`${file}: starts without a word on its licence`)
  return head.split('\n').map((line) => line.replace(/^ \* ?/, '').trimEnd())
}

const isHolder = (line) => line.startsWith('Copyright')

/** Its sources say it themselves, each for itself. The terms are the same. */
const engineLicence = ({ directory, version }) => {
  const heads = ENGINE_SOURCES.map((file) => headOf(join(directory, file)))
  const terms = heads.map((lines) =>
    lines
      .slice(lines.findLastIndex(isHolder) + 1)
      .join('\n')
      .trim(),
  )
  if (new Set(terms).size !== 1) throw new Error(`${directory}: the licences of its files differ`)
  const holders = [...new Set(heads.flatMap((lines) => lines.filter(isHolder)))].sort()
  return { title: `QuickJS-ng ${version} (MIT)`, text: `${holders.join('\n')}\n\n${terms[0]}` }
}

/** Where distributions keep it. */
const LGPL = ['/usr/share/common-licenses/LGPL-2.1', '/usr/share/licenses/glibc/COPYING.LIB']

const ABOUT_LIBRARY = `Parts of the GNU C Library are linked into the executable. It is free software: you can redistribute it and modify it
under the terms of the GNU Lesser General Public License as published by the Free Software Foundation, version 2.1 or,
at your option, any later version. Its sources are those of your distribution's package 'glibc'; with the sources of
this package, 'node build.mjs native' links the executable with another one.

So are parts of GCC's own library, under the GNU General Public License, version 3, with the GCC Runtime Library
Exception, version 3.1.`

const libraryLicence = ({ gcc }) => {
  const macros = run(gcc, ['-dM', '-E', '-include', 'features.h', '-x', 'c', '/dev/null'])
  const [major, minor] = ['GLIBC', 'GLIBC_MINOR'].map((name) => new RegExp(`__${name}__ (\\d+)`).exec(macros)?.[1])
  const file = LGPL.find((path) => existsSync(path))
  const text = file === undefined ? [] : [readFileSync(file, 'utf8').trim()]
  return {
    title: `GNU C Library ${major}.${minor} (LGPL-2.1-or-later)`,
    text: [ABOUT_LIBRARY, ...text].join('\n\n'),
  }
}

export const nativeLicences = (sources, tools) => [engineLicence(sources), libraryLicence(tools)]
