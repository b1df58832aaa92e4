import type { TextFile } from '../host/host.ts'
import { flatten } from './json-scan.ts'

/** Levels of nesting: far above what anybody writes, and far below where the first engine gives up. */
const DEEPEST = 64

/** The text of a file of JSON as every engine can parse it. Too deep values are 0, which is wrong where a value matters. */
export const jsonText = ({ text, nesting }: Pick<TextFile, 'text' | 'nesting'>): string =>
  nesting > DEEPEST ? flatten(text, DEEPEST) : text
