import type { More } from '../check.ts'
import type { HomeRule } from './fields.ts'
import type { Json } from './json.ts'

/** `template`: still to become a record; `drop-in`: NAME.user of userdb; `identity`: as systemd-homed keeps it. */
export type RecordForm = 'template' | 'drop-in' | 'identity'

/** What is to be looked at of one record. */
export interface RecordCheck {
  readonly form: RecordForm
  /** Whether `{{NAME}}` stands for a value that comes later. */
  readonly isRendered: boolean
  /** `at`: offset in the text. */
  report(rule: HomeRule, at: number, message: string, more?: More): void
}

const PLACEHOLDER = /\{\{[A-Za-z_][A-Za-z0-9_]*\}\}/

/** Whether nobody knows yet what will be there. */
export const isOpen = ({ isRendered }: RecordCheck, value: Json): boolean =>
  isRendered && value.kind === 'text' && PLACEHOLDER.test(value.value)
