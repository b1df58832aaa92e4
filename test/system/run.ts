import { spawnSync } from 'node:child_process'

export interface Finished {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly input?: string | Uint8Array
  /** Seconds. */
  readonly timeout?: number
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Runs a program to its end. One that cannot be started or takes too long is a status of 127 or 124, not an exception. */
export const run = (command: readonly string[], options: RunOptions = {}): Finished => {
  const [file = '', ...args] = command
  const finished = spawnSync(file, args, {
    encoding: 'utf8',
    input: options.input ?? '',
    timeout: (options.timeout ?? 120) * 1000,
    killSignal: 'SIGKILL',
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    maxBuffer: 64 << 20,
  })
  const late = finished.signal === 'SIGKILL'
  const error = finished.error === undefined ? '' : `${finished.error.message}\n`
  return {
    status: finished.status ?? (late ? 124 : 127),
    stdout: finished.stdout ?? '',
    stderr: `${finished.stderr ?? ''}${error}`,
  }
}

/** Standard output of a command that must succeed. Throws with what it said when it does not. */
export const must = (command: readonly string[], options: RunOptions = {}): string => {
  const { status, stdout, stderr } = run(command, options)
  if (status !== 0) throw new Error(`${command.join(' ')}: exit status ${status}\n${stdout}${stderr}`)
  return stdout
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Asks until there is an answer. Throws when there is none in time; `seconds` is the patience. */
export const until = async <T>(what: string, seconds: number, ask: () => T | undefined): Promise<T> => {
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    const answer = ask()
    if (answer !== undefined) return answer
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`)
    await sleep(100)
  }
}
