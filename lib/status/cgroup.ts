import type { Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { tenantSlice } from '../layout/names.ts'
import { sliceGroup } from '../layout/paths.ts'

/** What a tenant uses, as the kernel counts it, cgroups(7). Undefined where it does not: no such group, no such controller. */
export interface Usage {
  /** Bytes. */
  readonly memory: number | undefined
  readonly memoryMax: number | undefined
  /** Seconds of one CPU, since the slice came up. */
  readonly cpu: number | undefined
  readonly tasks: number | undefined
}

const LARGEST = 64 << 10

const readText = (reader: Reader, path: string): string =>
  orElse(
    () => reader.readFile(path, LARGEST)?.text ?? '',
    () => '',
  )

/** `max` and nothing are no number. */
const numberIn = (text: string): number | undefined => {
  const found = /^[0-9]+/.exec(text)
  return found === null ? undefined : Number(found[0])
}

/** Reads a few files and starts no process. */
export const readUsage = (reader: Reader, id: string): Usage => {
  const group = sliceGroup(tenantSlice(id))
  const microseconds = /^usage_usec ([0-9]+)$/m.exec(readText(reader, `${group}/cpu.stat`))?.[1]
  return {
    memory: numberIn(readText(reader, `${group}/memory.current`)),
    memoryMax: numberIn(readText(reader, `${group}/memory.max`)),
    cpu: microseconds === undefined ? undefined : Number(microseconds) / 1e6,
    tasks: numberIn(readText(reader, `${group}/pids.current`)),
  }
}
