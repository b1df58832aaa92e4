import { sha256 } from '@noble/hashes/sha2.js'
import { toHex } from '../compliance/keys/base64.ts'
import type { Host } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { utf8 } from '../systemd/escape.ts'
import type { Plan, Planned } from './planned.ts'

/** Another number where the same plan would make another tree. */
const FORMAT = 1

/** Seconds; of a few thousand files. */
const PATIENCE = 600

/** Of the words of a command together, in UTF-16 units. */
const LONGEST_COMMAND = 60_000

const chunksOf = (paths: readonly string[]): readonly (readonly string[])[] => {
  const chunks: string[][] = []
  let length = LONGEST_COMMAND
  for (const path of paths) {
    length += path.length + 1
    if (length > LONGEST_COMMAND) {
      chunks.push([])
      length = path.length
    }
    chunks.at(-1)?.push(path)
  }
  return chunks
}

/** What the files contain, by path. sha256sum(1) says `DIGEST  PATH\0` for each, in their order. */
const digestsOf = (host: Host, paths: readonly string[]): ReadonlyMap<string, string> => {
  const digests = chunksOf(paths).flatMap((chunk) => {
    const said = mustRun(host, ['sha256sum', '--zero', '--', ...chunk], PATIENCE)
    return said.split('\0').slice(0, chunk.length)
  })
  return new Map(paths.map((path, index) => [path, (digests[index] ?? '').slice(0, 64)]))
}

const hash = (text: string): string => toHex(sha256(Uint8Array.from(utf8(text))))

const lineOf = (entry: Planned, digests: ReadonlyMap<string, string>): readonly string[] => {
  if (entry.kind === 'directory') return ['directory']
  if (entry.kind === 'link') return ['link', entry.target]
  const digest = entry.kind === 'text' ? hash(entry.text) : digests.get(entry.source)
  return ['file', String(entry.mode), digest ?? '']
}

/** 64 hexadecimal digits, the same for plans of the same contents, wherever they come from. Throws HostError. */
export const identityOf = (host: Host, { entries }: Plan): string => {
  const sources = new Set([...entries.values()].flatMap((entry) => (entry.kind === 'file' ? [entry.source] : [])))
  const digests = digestsOf(host, [...sources])
  const lines = [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, entry]) => [path, ...lineOf(entry, digests)])
  return hash(JSON.stringify([FORMAT, lines]))
}
