/** Files that are made rather than kept: `{"make": "NAME", …}` in a tree of test/compliance. */

/** What stands beside `make`, and a directory to work in. */
export type Maker = (wishes: Readonly<Record<string, unknown>>) => Uint8Array

export const MAKERS: Readonly<Record<string, Maker>> = {}
