/**
 * Messages of the Varlink protocol (https://varlink.org, "Protocol"): JSON objects, each with a NUL at its end. Bytes in,
 * bytes never held back: what is not a message ends the connection, as it does with everybody else.
 */

import { nestingOf } from '../host/nesting.ts'
import { decodeLeniently } from '../host/utf8.ts'
import { isObject } from '../report/json-value.ts'
import { utf8 } from '../systemd/escape.ts'

/** Bytes. A call of ours has a hundred. */
const LONGEST = 64 << 10
const DEEPEST = 16

export interface Call {
  /** `io.bitbuilder.Tenant.Sync`: the interface, a dot, the method. */
  readonly method: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Whether several replies may come. */
  readonly more: boolean
  /** Whether no reply is wanted at all. */
  readonly oneway: boolean
  /** Whether the connection is to become one of another protocol. */
  readonly upgrade: boolean
}

/** Thrown for what no reply can be given to. The text says what is wrong with the message. */
export class ProtocolError extends Error {}

const textOf = (bytes: readonly number[]): string => {
  const text = decodeLeniently(bytes)
  const isSame = text.includes('\ufffd') ? String(utf8(text)) === String(bytes) : true
  if (!isSame) throw new ProtocolError('is not valid UTF-8')
  return text
}

const flag = (value: unknown): boolean => {
  if (value !== undefined && typeof value !== 'boolean') throw new ProtocolError('has a flag that is not true or false')
  return value === true
}

/** Throws ProtocolError for bytes that are no call. */
export const parseCall = (bytes: readonly number[]): Call => {
  const text = textOf(bytes)
  if (nestingOf(text) > DEEPEST) throw new ProtocolError('is nested too deeply')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new ProtocolError('is not valid JSON')
  }
  if (!isObject(value) || typeof value.method !== 'string') throw new ProtocolError('is no call')
  const parameters = value.parameters ?? {}
  if (!isObject(parameters)) throw new ProtocolError('has parameters that are no object')
  const { method, more, oneway, upgrade } = value
  return { method, parameters, more: flag(more), oneway: flag(oneway), upgrade: flag(upgrade) }
}

/** The messages of a stream, one after the other. `read` gives its next bytes, none at its end. Throws ProtocolError. */
export function* messages(read: (most: number) => Uint8Array): Generator<readonly number[]> {
  let message: number[] = []
  for (;;) {
    const bytes = read(4096)
    if (bytes.length === 0) {
      if (message.length > 0) throw new ProtocolError('ends in the middle')
      return
    }
    for (const byte of bytes) {
      if (byte !== 0) message.push(byte)
      else {
        yield message
        message = []
      }
    }
    if (message.length > LONGEST) throw new ProtocolError(`is longer than ${LONGEST} bytes`)
  }
}

export interface Reply {
  readonly parameters?: object
  /** Of an error, its whole name. */
  readonly error?: string
  /** Whether another reply to the same call follows. */
  readonly continues?: true
}

/** As it goes out. No character of JSON is a NUL: `\u0000` stands for it. */
export const renderReply = (reply: Reply): string => `${JSON.stringify(reply)}\0`
