/** Types of native.mjs, for the tests. */
export const packNative: (wanted: {
  /** Path in the repository. */
  readonly entry: string
  /** Absolute path of the executable. */
  readonly destination: string
  /** As Node calls it, `x64` or `arm64`; this machine's when not said. */
  readonly architecture?: string
}) => Promise<unknown>
