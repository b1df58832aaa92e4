import type { Host } from '../../host/host.ts'

/** What is in a verifier, and what it is for. */
export interface Contents {
  readonly bytes: Uint8Array
  /** Name of the second level; empty where a file is looked at alone. */
  readonly purpose: string
  readonly technology: string
}

/** One character for each byte: whatever is of interest in a key is ASCII. */
export const bytesAsText = (bytes: Uint8Array): string => {
  let text = ''
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096))
  return text
}

const PATIENCE = 5

/** Asked once: a tree may have thousands of certificates. */
const asked = new WeakMap<Host, number | undefined>()

/** Since 1970; undefined where nobody can say. The port has no clock that knows the date, and date(1) is everywhere. */
export const secondsNow = (host: Host): number | undefined => {
  if (!asked.has(host)) {
    const { status, stdout } = host.run(['date', '+%s'], PATIENCE)
    asked.set(host, status === 0 && /^\d{9,12}\n?$/.test(stdout) ? Number(stdout) : undefined)
  }
  return asked.get(host)
}
