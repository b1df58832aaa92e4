import { nestingOf } from '../../host/nesting.ts'

/** `.pcrsig`, UAPI.5 "JSON Format for .pcrsig". */

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** An object of arrays of objects of arrays. */
const DEEPEST = 4

const parse = (text: string): unknown => {
  if (nestingOf(text) > DEEPEST) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isPcrs = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((pcr) => Number.isInteger(pcr) && pcr >= 0 && pcr < 24)

const matches = (value: unknown, pattern: RegExp): boolean => typeof value === 'string' && pattern.test(value)

const problemOf = (signature: unknown): string | undefined => {
  if (!isObject(signature)) return 'is no object'
  if (!isPcrs(signature.pcrs)) return 'has no pcrs, expected a list of numbers from 0 to 23'
  if (!matches(signature.pkfp, /^[0-9a-f]{64}$/)) return 'has no pkfp, expected 64 hexadecimal digits'
  if (!matches(signature.pol, /^(?:[0-9a-f]{2})+$/)) return 'has no pol, expected hexadecimal digits'
  if (!matches(signature.sig, /^[A-Za-z0-9+/]+={0,2}$/)) return 'has no sig, expected base64'
  return undefined
}

export const checkPcrSignatures = (text: string, warn: (message: string) => void): void => {
  const banks = parse(text)
  if (!isObject(banks)) warn('.pcrsig is no JSON object of banks')
  for (const [bank, signatures] of isObject(banks) ? Object.entries(banks) : []) {
    if (!Array.isArray(signatures)) warn(`.pcrsig: '${bank}' is no list of signatures`)
    else {
      const problem = signatures.map(problemOf).find((one) => one !== undefined)
      if (problem !== undefined) warn(`.pcrsig: a signature of '${bank}' ${problem}`)
    }
  }
}
