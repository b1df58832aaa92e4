import type { Level, Output } from './host.ts'

const PRIORITY: Readonly<Record<Level, string>> = { error: '<3>', warning: '<4>', info: '<6>' }

/** What a host knows of itself for its log. */
export interface Logger {
  env(name: string): string | undefined
  readonly pid: number
  /** Device and inode of standard error, `DEVICE:INODE`. */
  stream(): string
  /** One record: written at once and whole. False when that cannot be: a container may have no /dev/kmsg. */
  toKernel(record: string): boolean
  toStandardError(text: string): void
}

/** Whether standard error is the journal's, systemd.exec(5) `$JOURNAL_STREAM`: then a `<3>` in front is read as a priority. */
const isJournal = ({ env, stream }: Logger): boolean => {
  const journal = env('JOURNAL_STREAM')
  return journal !== undefined && journal === stream()
}

/** `Output.log`. What PID 1 started without the journal is a generator: its standard error leads nowhere. */
export const logBy =
  (logger: Logger): Output['log'] =>
  (level, line) => {
    const record = `${PRIORITY[level]}${line}\n`
    const journal = isJournal(logger)
    const isGenerator = !journal && logger.env('SYSTEMD_EXEC_PID') === String(logger.pid)
    if (isGenerator && logger.toKernel(record)) return
    logger.toStandardError(journal ? record : `${line}\n`)
  }
