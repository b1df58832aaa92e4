import type { Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { GENERATOR_DIR } from '../layout/paths.ts'
import type { Rendered } from './write.ts'

const LARGEST_UNIT = 1 << 20

/** What the last run of the generators left at a path: undefined when nothing. */
export const readInstalled = (reader: Reader, path: string): Rendered | undefined => {
  const whole = `${GENERATOR_DIR}/${path}`
  return orElse<Rendered | undefined>(
    () => {
      const there = reader.stat(whole)
      if (there === undefined) return undefined
      if (there.kind === 'link') return { path, target: reader.readLink(whole) }
      const file = reader.readFile(whole, LARGEST_UNIT)
      return file === undefined ? undefined : { path, text: file.text }
    },
    () => undefined,
  )
}

/** Whether systemd has loaded exactly this, as far as files tell. */
export const isInstalled = (reader: Reader, file: Rendered): boolean => {
  const there = readInstalled(reader, file.path)
  return there !== undefined && there.text === file.text && there.target === file.target
}
