/** In a rendered text of a source: what is going to stand here, nobody knows yet. */
const UNKNOWN = '{{?}}'

export const unknownValue = (): string => UNKNOWN

export const isUnknown = (text: string): boolean => text.includes(UNKNOWN)
