/** Not `push(...from)`: how many arguments a call may have depends on the engine, and some lists have no limit. */
export const append = <T>(to: T[], from: readonly T[]): void => {
  for (const one of from) to.push(one)
}
