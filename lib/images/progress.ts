import type { Finished, Host } from '../host/host.ts'

/** How long work is told while it goes on: on a terminal, and nowhere else. */
export interface Progress {
  /** Runs a program to its end. `grows` is a file that it writes. */
  run(host: Host, what: string, command: readonly string[], seconds: number, grows: string): Finished
  /** Of work of our own, so much is done. */
  show(host: Host, what: string, done: number, all: number): void
  /** Takes away what was shown. */
  clear(host: Host): void
}

const WIDTH = 24
const MEBIBYTE = 2 ** 20
const CLEAR = '\r\u001b[K'

/** The last percentage that a program has said, alone on a line, as mksquashfs(1) does when it is asked to. */
const percentIn = (said: string): number | undefined => {
  const last = said.match(/^[0-9]{1,3}(?=%?\s*$)/gm)?.at(-1)
  return last === undefined ? undefined : Math.min(100, Number(last))
}

const barOf = (percent: number): string => {
  const full = Math.round((percent * WIDTH) / 100)
  return `[${'#'.repeat(full)}${'-'.repeat(WIDTH - full)}] ${String(percent).padStart(3)} %`
}

/** Draws over one line, and takes it away at the end. */
const drawn: Progress = {
  run: (host, what, command, seconds, grows) => {
    const start = host.now()
    let percent: number | undefined
    const finished = host.watch(command, seconds, (said) => {
      percent = percentIn(said) ?? percent
      const size = `${((host.stat(grows)?.size ?? 0) / MEBIBYTE).toFixed(1)} MiB`
      const bar = percent === undefined ? size : `${barOf(percent)}  ${size}`
      host.print(`${CLEAR}${what}  ${bar}  ${Math.round((host.now() - start) / 1000)} s`)
    })
    host.print(CLEAR)
    return finished
  },
  show: (host, what, done, all) =>
    host.print(
      `${CLEAR}${what}  ${barOf(Math.floor((done * 100) / Math.max(all, 1)))}  ${(done / MEBIBYTE).toFixed(1)} MiB`,
    ),
  clear: (host) => host.print(CLEAR),
}

const silent: Progress = {
  run: (host, _what, command, seconds) => host.run(command, seconds),
  show: () => {},
  clear: () => {},
}

/** `isWanted`: false where standard output is for a program to read. */
export const progressOn = (host: Host, isWanted: boolean): Progress => (isWanted && host.isTerminal() ? drawn : silent)
