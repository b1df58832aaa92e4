import type { Placed } from '../support/golden-case.ts'
import { possible, type World } from './world.ts'

const LONGEST = 600

const shown = (text: string): string => {
  const quoted = JSON.stringify(text)
  return quoted.length > LONGEST ? `${quoted.slice(0, LONGEST)}… (${text.length} bytes)` : quoted
}

const nodeText = ({ node, mode, uid, gid }: Placed): string => {
  const owner = uid === 0 && gid === 0 ? '' : ` ${uid}:${gid}`
  const head = `${node.kind} ${mode.toString(8)}${owner}`
  if (node.kind === 'file') return `${head} ${shown(Buffer.from(node.bytes).toString('latin1'))}`
  if (node.kind === 'sparse') return `${head} of ${node.size} bytes`
  return node.kind === 'link' ? `link -> ${shown(node.target)}` : head
}

/** A world to be read, and to be made by hand: texts are bytes, one character each. */
export const describeWorld = ({ tree, obstacles, history, ...rest }: World): string =>
  [
    `made of: ${history.join('; ')}`,
    `called with: ${JSON.stringify(rest)}`,
    ...[...possible(tree)].map(([path, placed]) => `  ${shown(path)} ${nodeText(placed)}`),
    ...[...obstacles].map(([path, placed]) => `  in the output directory: ${path} ${nodeText(placed)}`),
  ].join('\n')

/** What kind of failure it is: those of one kind differ in names and numbers alone. */
export const kindOf = (complaint: string): string =>
  complaint
    .replace(/…"(?:[^"\\]|\\.)*"/g, '…')
    .replace(/\/\S*/g, '/')
    .replace(/[0-9]+/g, '0')
    .slice(0, 160)
