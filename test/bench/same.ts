/** Whether several have written the same: names, kinds, modes, texts and targets. */

import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { type Contender, DIRECTORIES, runOnce } from './measure.ts'

type Written = ReadonlyMap<string, string>

const describe = (path: string): string => {
  const stat = lstatSync(path)
  const mode = (stat.mode & 0o7777).toString(8)
  if (stat.isSymbolicLink()) return `link to ${readlinkSync(path)}`
  return stat.isDirectory() ? `directory ${mode}` : `file ${mode}\n${readFileSync(path, 'utf8')}`
}

const written = (): Written =>
  new Map(
    DIRECTORIES.flatMap((dir) =>
      (readdirSync(dir, { recursive: true }) as string[]).map((name): [string, string] => [
        `${dir}/${name}`,
        describe(`${dir}/${name}`),
      ]),
    ),
  )

/** Runs each once and compares. Throws with the first difference; returns how many things each has written. */
export const expectSame = ([first, ...others]: readonly [Contender, ...Contender[]]): number => {
  runOnce(first)
  const expected = written()
  for (const other of others) {
    runOnce(other)
    const found = written()
    for (const path of new Set([...expected.keys(), ...found.keys()])) {
      const [a, b] = [expected.get(path), found.get(path)]
      if (a === b) continue
      throw new Error(`${path}: ${first.name} and ${other.name} differ\n${a ?? 'nothing'}\n---\n${b ?? 'nothing'}`)
    }
  }
  return expected.size
}
