/** @param script absolute path, in dist/ */
export const pack: (script: string, destination: string) => Promise<void>
