/** Types of prerequisites.mjs, for the tests. */
export declare const needTools: (...names: readonly string[]) => void
