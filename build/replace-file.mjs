import { renameSync, writeFileSync } from 'node:fs'
import { pid } from 'node:process'

/** Whoever reads it meanwhile sees all of the one or all of the other. */
export const replaceFile = (path, content) => {
  writeFileSync(`${path}.${pid}`, content)
  renameSync(`${path}.${pid}`, path)
}
