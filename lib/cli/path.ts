/** No id has a slash or begins with a dot. */
export const isPath = (operand: string): boolean => operand.includes('/') || operand.startsWith('.')

/** As a verb takes it that would take a bare word for an id. */
export const asPath = (path: string): string => (isPath(path) ? path : `./${path}`)
