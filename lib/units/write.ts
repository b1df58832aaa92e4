import type { UnitWriter } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import type { Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'
import { renderUnit, UnitTextError } from '../systemd/unit.ts'
import type { UnitFile, UnitSet } from '../systemd/unit-set.ts'

/** A file of a unit set: what stands in it, or where it points. */
export interface Rendered {
  readonly path: string
  readonly text?: string
  readonly target?: string
}

export const byPath = (a: Rendered, b: Rendered): number => (a.path < b.path ? -1 : 1)

/** A unit set as files. Throws UnitTextError. */
export const render = (set: UnitSet, generator: string): readonly Rendered[] =>
  set.map((file: UnitFile) => ('unit' in file ? { path: file.path, text: renderUnit(file.unit, generator) } : file))

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

/** Writes unit sets into one directory. A file that cannot be written costs itself: the rest is written all the same. */
export const unitSetWriter = (writer: UnitWriter, dir: string, generator: string) => {
  const made = new Set<string>()

  const write = ({ path, text, target }: Rendered): void => {
    const whole = `${dir}/${path}`
    const parent = parentOf(whole)
    if (!made.has(parent)) {
      writer.makeDir(parent)
      made.add(parent)
    }
    if (target === undefined) writer.createFile(whole, text ?? '')
    else writer.symlink(target, whole)
  }

  return (set: UnitSet, tenant?: string): readonly Problem[] => {
    let files: readonly Rendered[]
    try {
      files = render(set, generator)
    } catch (thrown) {
      if (!(thrown instanceof UnitTextError)) throw thrown
      return [
        { severity: 'error', at: wholeFile(dir), message: thrown.message, ...(tenant === undefined ? {} : { tenant }) },
      ]
    }
    return files.flatMap((file) =>
      orElse<readonly Problem[]>(
        () => {
          write(file)
          return []
        },
        ({ path, reason }) => [{ severity: 'error', at: wholeFile(path), message: `${reason}, going on without it` }],
      ),
    )
  }
}
