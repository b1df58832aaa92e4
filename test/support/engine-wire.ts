/** What goes between `engine-host.ts` and `engine-server.ts`. */

/** `host`: the number that `below` gave, 0 for the whole machine. Methods are those of the port, and `done` and `failed` for the end of a work. */
export interface Request {
  readonly host: number
  readonly method: string
  readonly args: readonly unknown[]
}

export type Answer =
  | { readonly value?: unknown }
  | { readonly refused: readonly [path: string, reason: string] }
  /** Not a HostError. */
  | { readonly failed: string }
  /** The lock is had: now do the work, and say how it ended. */
  | { readonly work: true }

const HEX = 16

/** JSON has no bytes. */
export const toWire = (value: unknown): unknown =>
  value instanceof Uint8Array
    ? { bytes: Array.from(value, (byte) => byte.toString(HEX).padStart(2, '0')).join('') }
    : value

export const fromWire = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || !('bytes' in value)) return value
  return Uint8Array.from(String(value.bytes).match(/../g) ?? [], (byte) => Number.parseInt(byte, HEX))
}
