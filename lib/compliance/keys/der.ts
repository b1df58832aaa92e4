/** Distinguished encoding of ASN.1, ITU-T X.690, as far as certificates need it. */

export interface Element {
  /** The identifier as it stands there: 0x30 is a sequence, 0xa3 the constructed `[3]`. */
  readonly tag: number
  readonly body: Uint8Array
}

export const BOOLEAN = 0x01
export const INTEGER = 0x02
export const BIT_STRING = 0x03
export const OCTET_STRING = 0x04
export const OBJECT = 0x06
export const SEQUENCE = 0x30

/** The elements that fill `bytes`, one after the other; undefined where they do not. Not what is in them. */
export const elementsOf = (bytes: Uint8Array): readonly Element[] | undefined => {
  const list: Element[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] as number
    const first = bytes[at + 1] ?? 0x80
    // Tags of several bytes, indefinite lengths, and more than a certificate can be.
    if ((tag & 0x1f) === 0x1f || first === 0x80 || first > 0x84) return undefined
    const size = first < 0x80 ? 0 : first & 0x7f
    let length = first < 0x80 ? first : 0
    for (let index = 0; index < size; index += 1) length = length * 256 + (bytes[at + 2 + index] ?? Number.NaN)
    const start = at + 2 + size
    if (!(start + length <= bytes.length)) return undefined
    list.push({ tag, body: bytes.subarray(start, start + length) })
    at = start + length
  }
  return list
}

/** What is in the one sequence that `bytes` are; undefined when they are none. */
export const sequenceOf = (bytes: Uint8Array): readonly Element[] | undefined => {
  const [top, more] = elementsOf(bytes) ?? []
  return top?.tag === SEQUENCE && more === undefined ? elementsOf(top.body) : undefined
}

/** `2.5.29.37`. */
export const objectName = (body: Uint8Array): string => {
  const numbers: number[] = []
  let value = 0
  for (const byte of body) {
    value = value * 128 + (byte & 0x7f)
    if ((byte & 0x80) !== 0) continue
    numbers.push(value)
    value = 0
  }
  const [first = 0, ...rest] = numbers
  const top = Math.min(Math.floor(first / 40), 2)
  return [top, first - top * 40, ...rest].join('.')
}
