import { join } from 'node:path'

const DIST = join(import.meta.dirname, '..', '..', 'dist')

export type Engine = 'portable' | 'native'

/** One program, two executables: whatever one of them does, the other does too. */
export const ENGINES: readonly Engine[] = ['portable', 'native']

interface Product {
  readonly executable: string
  /** Where its packages are: those of both engines have the same names. */
  readonly packages: string
  /** What makes all of this. */
  readonly command: string
}

export const PRODUCTS: Readonly<Record<Engine, Product>> = {
  portable: {
    executable: join(DIST, 'bitbuilder'),
    packages: join(DIST, 'portable'),
    command: 'node build.mjs package --engine=portable --output=dist/portable',
  },
  native: {
    executable: join(DIST, 'native', 'bitbuilder'),
    packages: DIST,
    command: 'node build.mjs package --engine=native',
  },
}
