import type { Host } from '../host/host.ts'

/** A program: what it does with its arguments, and its exit status. A test calls it like any function. */
export type Main = (host: Host, args: readonly string[]) => number
