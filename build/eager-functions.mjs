/**
 * V8 compiles a function when it is first called, and Node's code cache holds only what is compiled when a script is
 * loaded. That is all of it that is in parentheses, as if it were to be called at once: so the functions that the
 * generators call are put into parentheses, and none of them is compiled at boot.
 */

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { plantExample } from './example.mjs'
import { DIST, GENERATORS } from './project.mjs'

const SCRIPT = 'bitbuilder.cjs'

/** Runs a generator on the example, V8 counting the calls of each function. */
const runCounted = (top, name) => {
  const units = join(top, name)
  mkdirSync(units)
  const env = { BITBUILDER_ROOT: join(top, 'root'), NODE_V8_COVERAGE: join(top, 'counts') }
  const { status, stderr } = spawnSync(execPath, [join(top, SCRIPT), units], { argv0: name, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${name} on the example: exit status ${status}\n${stderr}`)
}

/** The functions that were called, each as where its text starts and ends. */
const calledIn = (top) => {
  const files = readdirSync(join(top, 'counts')).map((name) => readFileSync(join(top, 'counts', name), 'utf8'))
  const scripts = files.flatMap((text) => JSON.parse(text).result).filter(({ url }) => url.endsWith(`/${SCRIPT}`))
  const functions = scripts.flatMap((script) => script.functions.map(({ ranges: [whole] }) => whole))
  return functions.filter(({ count }) => count > 0).map(({ startOffset, endOffset }) => [startOffset, endOffset])
}

/** Of an arrow function, in minified code. Others stay as they are: parentheses would make a declaration something else. */
const ARROW = /^(?:\(|[\w$]+=>)/

const parenthesise = (code, ranges) => {
  const starts = new Set()
  // Several may end at the same place, none starts where another does.
  const ends = new Map()
  for (const [start, end] of ranges) {
    if (starts.has(start) || !ARROW.test(code.slice(start, end))) continue
    starts.add(start)
    ends.set(end, (ends.get(end) ?? 0) + 1)
  }
  if (starts.size === 0) throw new Error(`the generators call no function of ${SCRIPT}, as V8 counts`)
  const places = [...new Set([...starts, ...ends.keys()])].sort((a, b) => a - b)
  const pieces = places.map((place, index) => {
    const brackets = `${')'.repeat(ends.get(place) ?? 0)}${starts.has(place) ? '(' : ''}`
    return `${brackets}${code.slice(place, places[index + 1])}`
  })
  return `${code.slice(0, places[0])}${pieces.join('')}`
}

/** @param {string} code the minified bundle */
export const compileEagerly = (code) => {
  const top = mkdtempSync(`${DIST}/counted-`)
  try {
    writeFileSync(join(top, SCRIPT), code)
    plantExample(join(top, 'root'))
    for (const name of GENERATORS) runCounted(top, name)
    return parenthesise(code, calledIn(top))
  } finally {
    rmSync(top, { recursive: true, force: true })
  }
}
