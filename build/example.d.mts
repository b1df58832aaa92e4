/** Types of example.mjs, for the tests. */
export const plantExample: (root: string) => void
