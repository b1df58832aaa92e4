import {
  BIT_STRING,
  BOOLEAN,
  type Element,
  elementsOf,
  INTEGER,
  OBJECT,
  OCTET_STRING,
  objectName,
  SEQUENCE,
  sequenceOf,
} from './der.ts'

/**
 * Certificates and public keys, RFC 5280, 4.1. Read by ourselves and not by openssl(1): what may be in them is small, they
 * come from whoever made a tree, and nothing that parses them should have to run as root.
 */

export interface X509Certificate {
  readonly isAuthority: boolean
  /** Names of objects; undefined: for everything. */
  readonly usages: readonly string[] | undefined
}

const BASIC_CONSTRAINTS = '2.5.29.19'
const EXTENDED_KEY_USAGE = '2.5.29.37'

const EXPLICIT_VERSION = 0xa0
const EXPLICIT_EXTENSIONS = 0xa3

const tags = (list: readonly Element[] | undefined): string => (list ?? []).map(({ tag }) => tag).join(' ')

/** `SEQUENCE { SEQUENCE { OBJECT … }, BIT STRING }`. */
export const isPublicKey = (bytes: Uint8Array): boolean => {
  const key = sequenceOf(bytes)
  const [algorithm] = elementsOf(key?.[0]?.body ?? new Uint8Array()) ?? []
  return tags(key) === `${SEQUENCE} ${BIT_STRING}` && algorithm?.tag === OBJECT
}

/** Their values by name; undefined where they are none. */
const extensionsOf = (body: Uint8Array): ReadonlyMap<string, Uint8Array> | undefined => {
  const found = new Map<string, Uint8Array>()
  for (const { tag, body: inner } of sequenceOf(body) ?? []) {
    const parts = tag === SEQUENCE ? elementsOf(inner) : undefined
    const [name, value] = [parts?.[0], parts?.at(-1)]
    if (name?.tag !== OBJECT || value?.tag !== OCTET_STRING) return undefined
    found.set(objectName(name.body), value.body)
  }
  return found
}

const isAuthority = (value: Uint8Array | undefined): boolean => {
  const [first] = (value === undefined ? undefined : sequenceOf(value)) ?? []
  return first?.tag === BOOLEAN && first.body[0] === 0xff
}

const usagesOf = (value: Uint8Array | undefined): readonly string[] | undefined =>
  value === undefined ? undefined : (sequenceOf(value) ?? []).map(({ body }) => objectName(body))

/** The serial number, algorithm, issuer, validity, subject and key of what is signed. */
const FIELDS = [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE].join(' ')

/** Undefined when it is none. */
export const x509Of = (bytes: Uint8Array): X509Certificate | undefined => {
  const outer = sequenceOf(bytes)
  if (tags(outer) !== `${SEQUENCE} ${SEQUENCE} ${BIT_STRING}`) return undefined
  const signed = elementsOf(outer?.[0]?.body ?? new Uint8Array()) ?? []
  const fields = signed[0]?.tag === EXPLICIT_VERSION ? signed.slice(1) : signed
  if (tags(fields.slice(0, 6)) !== FIELDS) return undefined
  const extensions = fields.slice(6).find(({ tag }) => tag === EXPLICIT_EXTENSIONS)
  const values = extensions === undefined ? new Map<string, Uint8Array>() : extensionsOf(extensions.body)
  if (values === undefined) return undefined
  return { isAuthority: isAuthority(values.get(BASIC_CONSTRAINTS)), usages: usagesOf(values.get(EXTENDED_KEY_USAGE)) }
}
