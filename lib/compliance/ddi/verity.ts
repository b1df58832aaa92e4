import { parseVerity, rootHash, type Verity, verityProblem } from '../../formats/verity.ts'
import type { Host } from '../../host/host.ts'
import { nestingOf } from '../../host/nesting.ts'
import { decodeLeniently } from '../../host/utf8.ts'
import type { Check } from '../check.ts'
import type { Rule } from '../rule.ts'
import { isData, isUsed, type Slot } from './image.ts'
import { DDI } from './rules.ts'
import { signatureProblem } from './signature.ts'

const LARGEST_SIGNATURE = 4 << 20
/** In base64; one with its certificate has some KiB. */
const LARGEST_PKCS7 = 64 << 10
const HASH = /^[0-9a-f]{64}$/
const PADDING = 4096

type Warn = (rule: Rule, message: string, severity?: 'warning') => void

const halves = (hash: string): readonly [string, string] => [hash.slice(0, 32), hash.slice(-32)]

const digits = (uuid: string): string => uuid.replaceAll('-', '')

/** UUIDs of data and tree against a root hash. `whose`: who says it. */
const checkUuids = (data: Slot, tree: Slot, hash: string, whose: string, warn: Warn): void => {
  const [first, last] = halves(hash)
  for (const [slot, expected] of [
    [data, first],
    [tree, last],
  ] as const)
    if (digits(slot.partition.uuid) !== expected)
      warn(DDI['DDI-06'], `${slot.words} has UUID ${slot.partition.uuid}, ${whose} wants ${expected}`)
}

/** What is wrong with a hash tree before anything is hashed. */
const treeProblem = (verity: Verity | undefined, data: Slot): string | undefined => {
  if (verity === undefined) return 'has no verity superblock'
  const isTooLarge = verity.dataBlocks * verity.dataBlock > data.size
  const reason = isTooLarge ? `is of ${verity.dataBlocks} blocks of data, more than ${data.words} has` : undefined
  return verityProblem(verity) ?? reason
}

const checkTree = (data: Slot, tree: Slot, warn: Warn): void => {
  const verity = parseVerity(tree.read)
  const problem = treeProblem(verity, data)
  if (problem !== undefined) warn(DDI['DDI-06'], `${tree.words} ${problem}`)
  else if (verity !== undefined) checkUuids(data, tree, rootHash(verity, data.read, tree.read), 'its root hash', warn)
}

const parseJson = (text: string): Readonly<Record<string, unknown>> | undefined => {
  if (nestingOf(text) > 8) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

const matches = (value: unknown, pattern: RegExp): value is string => typeof value === 'string' && pattern.test(value)

/** `30 82 …` of a SEQUENCE, then `06 09` and the OID of signed data, RFC 5652: in base64 always at the same place. */
const SIGNED_DATA = /^MI[A-Z][A-Za-z0-9+/]{3}[A-Za-z0-9+/]*={0,2}$/

/** The root hash that the signature is of. */
const checkSignature = (host: Host, signature: Slot, warn: Warn): string | undefined => {
  const rule = DDI['DDI-07']
  const { words, size, read } = signature
  if (size > LARGEST_SIGNATURE) {
    warn(rule, `${words} has ${size} bytes, expected at most ${LARGEST_SIGNATURE}`)
    return undefined
  }
  if (size % PADDING !== 0) warn(rule, `${words} has ${size} bytes, expected a multiple of ${PADDING}`)
  const text = decodeLeniently(read(0, size))
  const end = text.indexOf('\0')
  const json = parseJson(end < 0 ? text : text.slice(0, end))
  if (json === undefined) {
    warn(rule, `${words} holds no JSON object`)
    return undefined
  }
  if (end >= 0 && /[^\0]/.test(text.slice(end)))
    warn(rule, `${words} has something after its JSON object, expected NULs`)
  if (checkFields(json, words, warn)) checkSigned(host, json, words, warn)
  return matches(json.rootHash, HASH) ? json.rootHash : undefined
}

const textAt = (json: Readonly<Record<string, unknown>>, key: string): string | undefined => {
  const value = json[key]
  return typeof value === 'string' ? value : undefined
}

/** Of what looks right. */
const checkSigned = (host: Host, json: Readonly<Record<string, unknown>>, words: string, warn: Warn): void => {
  const [hash, signature] = [textAt(json, 'rootHash') ?? '', textAt(json, 'signature') ?? '']
  const wrong = signatureProblem(host, hash, signature, textAt(json, 'certificateFingerprint'))
  if (wrong !== undefined) warn(DDI['DDI-07'], `${words} ${wrong.message}`, wrong.isUnseen ? 'warning' : undefined)
}

/** Whether all are what they have to be. */
const checkFields = (json: Readonly<Record<string, unknown>>, words: string, warn: Warn): boolean => {
  const { rootHash: hash, signature, certificateFingerprint: fingerprint } = json
  const isSignature = matches(signature, SIGNED_DATA) && signature.length % 4 === 0 && signature.length <= LARGEST_PKCS7
  const problems = [
    ...(matches(hash, HASH) ? [] : ['has no rootHash, expected 64 lower-case hexadecimal digits']),
    ...(isSignature ? [] : ['has no signature, expected PKCS#7 in DER as base64']),
    ...(fingerprint === undefined || matches(fingerprint, HASH)
      ? []
      : ['has a certificateFingerprint that is no sha256, expected 64 lower-case hexadecimal digits']),
  ]
  for (const problem of problems) warn(DDI['DDI-07'], `${words} ${problem}`)
  return problems.length === 0
}

const find = (slots: readonly Slot[], part: string): Slot | undefined => slots.find(({ type }) => type.part === part)

/** DDI-05 to DDI-07. */
export const checkVerity = ({ host, report, subject }: Check, slots: readonly Slot[]): void => {
  const warn: Warn = (rule, message, severity) =>
    report(rule, subject, message, severity === undefined ? {} : { severity })
  const used = slots.filter(isUsed)
  const protectedRoles = ['root', 'usr'].filter((role) => {
    const own = used.filter(({ type }) => type.role === role)
    const [data, tree, signature] = [own.find(isData), find(own, 'verity'), find(own, 'verity-sig')]
    if (tree !== undefined && data === undefined) warn(DDI['DDI-05'], `${tree.words} has no ${role} partition`)
    if (signature !== undefined && tree === undefined) warn(DDI['DDI-05'], `${signature.words} has no verity partition`)
    if (data !== undefined && tree !== undefined) checkTree(data, tree, warn)
    const hash = signature === undefined || tree === undefined ? undefined : checkSignature(host, signature, warn)
    if (data !== undefined && tree !== undefined && hash !== undefined)
      checkUuids(data, tree, hash, 'the signed root hash', warn)
    return tree !== undefined
  })
  if (protectedRoles.length === 2) warn(DDI['DDI-05'], 'has verity for root and for usr, expected one of them')
  else if (protectedRoles[0] === 'root' && used.some((slot) => isData(slot) && slot.type.role === 'usr'))
    warn(DDI['DDI-05'], 'has verity for root and a usr partition without')
}
