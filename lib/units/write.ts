import type { UnitWriter } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import type { Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'
import { header } from '../systemd/unit.ts'
import type { UnitFile, UnitSet } from '../systemd/unit-set.ts'

/** A file of a unit set with its header: what stands in it, or where it points. */
export interface Rendered {
  readonly path: string
  readonly text?: string
  readonly target?: string
}

export const byPath = (a: Rendered, b: Rendered): number => (a.path < b.path ? -1 : 1)

/** With the header that says who wrote them. */
export const render = (set: UnitSet, generator: string): readonly Rendered[] => {
  const top = header(generator)
  return set.map((file) =>
    'text' in file ? { path: file.path, text: top + file.text } : { path: file.path, target: file.target },
  )
}

/** Writes unit sets into one directory. A file that cannot be written costs itself: the rest is written all the same. */
export const unitSetWriter = (writer: UnitWriter, dir: string, generator: string) => {
  const top = header(generator)
  const made = new Set<string>()

  const make = (directory: string): void => {
    if (made.has(directory)) return
    writer.makeDir(directory)
    made.add(directory)
  }

  const write = (file: UnitFile): void => {
    if (made.size === 0) make(dir)
    if (file.parent !== undefined) make(`${dir}/${file.parent}`)
    const path = `${dir}/${file.path}`
    if ('text' in file) writer.createFile(path, top + file.text)
    else writer.symlink(file.target, path)
  }

  return (set: UnitSet): readonly Problem[] => {
    const problems: Problem[] = []
    for (const file of set) {
      try {
        write(file)
      } catch (thrown) {
        if (!(thrown instanceof HostError)) throw thrown
        const message = `${thrown.reason}, going on without it`
        problems.push({ severity: 'error', at: wholeFile(thrown.path), message })
      }
    }
    return problems
  }
}
