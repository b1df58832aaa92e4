/** What `unsquashfs -pf` prints of an image, mksquashfs(1) on pseudo files: one line for each inode, blanks in names behind a `\`. */

import { HostError } from '../../host/host.ts'
import type { Node } from '../tree.ts'

export interface Listed {
  readonly node: Node
  readonly target: string
  readonly attributes: Map<string, string>
}

const KINDS: Readonly<Record<string, Node['kind']>> = {
  D: 'directory',
  R: 'file',
  S: 'link',
  C: 'device',
  B: 'device',
  I: 'fifo',
}

interface Cursor {
  readonly text: string
  at: number
}

/** A word up to a blank or the end of the line that is not behind a `\`. */
const word = (cursor: Cursor): string => {
  let found = ''
  for (; cursor.at < cursor.text.length; cursor.at += 1) {
    const char = cursor.text[cursor.at] as string
    if (char === ' ' || char === '\n') break
    if (char === '\\') cursor.at += 1
    found += cursor.text[cursor.at] ?? ''
  }
  return found
}

const blank = (cursor: Cursor): void => {
  if (cursor.text[cursor.at] === ' ') cursor.at += 1
}

/** To the end of the line, where nothing is behind a `\`. */
const rest = (cursor: Cursor): string => {
  const end = cursor.text.indexOf('\n', cursor.at)
  const found = cursor.text.slice(cursor.at, end < 0 ? undefined : end)
  cursor.at += found.length
  return found
}

/** `0x` and digits, `0t` and text with octal bytes, or just text. */
const attributeValue = (text: string): string => {
  if (text.startsWith('0x'))
    return (text.slice(2).match(/../g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join('')
  return text
    .replace(/^0t/, '')
    .replace(/\\([0-7]{3}|\\)/g, (_, code: string) =>
      code === '\\' ? code : String.fromCharCode(Number.parseInt(code, 8)),
    )
}

const nodeOf = (kind: Node['kind'], type: string, words: readonly string[]): Node => {
  const [, mode = '', uid = '', gid = '', first = '', second = ''] = words
  const isSocket = type === 'I' && first === 's'
  return {
    kind: isSocket ? 'socket' : kind,
    mode: Number.parseInt(mode, 8) & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    size: kind === 'file' ? Number(first) : 0,
    links: 1,
    device: kind === 'device' ? `${first}:${second}` : '',
  }
}

/** A blank in a name is behind a `\`, a newline is not: such a name leaves a line that is none, whatever follows it. */
const unreadable = (): HostError =>
  new HostError(
    '',
    'is not looked into: unsquashfs has a list of its files that cannot be read, maybe for a name with a line break',
  )

/** By path. Throws HostError for what it is not: an image whose list was not printed to its end. */
export const parseList = (text: string): ReadonlyMap<string, Listed> => {
  const found = new Map<string, Listed>()
  const cursor: Cursor = { text, at: 0 }
  while (cursor.at < text.length) {
    if (text[cursor.at] === '#') {
      rest(cursor)
      cursor.at += 1
      continue
    }
    const name = word(cursor)
    const path = name === '/' ? '' : name
    blank(cursor)
    const type = word(cursor)
    blank(cursor)
    const line = rest(cursor)
    if (text[cursor.at] !== '\n') throw unreadable()
    cursor.at += 1
    const kind = KINDS[type]
    if (type === 'x') {
      const end = line.indexOf('=')
      found.get(path)?.attributes.set(line.slice(0, end), attributeValue(line.slice(end + 1)))
    } else if (type === 'L') {
      const other = found.get(line.replace(/\\([\s\S])/g, '$1'))
      if (other !== undefined) found.set(path, other)
    } else if (kind === undefined) throw unreadable()
    else {
      const words = line.split(' ')
      const target = kind === 'link' ? words.slice(4).join(' ') : ''
      found.set(path, {
        node: kind === 'link' ? { ...nodeOf(kind, type, words), size: target.length } : nodeOf(kind, type, words),
        target,
        attributes: new Map(),
      })
    }
  }
  return found
}
