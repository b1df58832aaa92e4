import { type Check, guarded } from '../check.ts'
import { octal } from '../mode.ts'
import { TPL } from './rules.ts'

/** Far more than a script has. */
const LARGEST = 1 << 20

const EXECUTABLE = 0o111

/** `#!` and an absolute path. A carriage return at the end of the line would be a part of the interpreter's name. */
const INTERPRETER = /^#![ \t]*\/[^\s]+(?:[ \t][^\r\n]*)?(?:\n|$)/

/** A script that something runs. */
const checkScript = (check: Check, path: string): void => {
  const { tree, report } = check
  const rule = TPL['TPL-02']
  const node = tree.node(path)
  if (node === undefined) return
  if (node.kind !== 'file') {
    report(rule, path, `is a ${node.kind}, expected a regular file`)
    return
  }
  if ((node.mode & EXECUTABLE) !== EXECUTABLE)
    report(rule, path, `has mode ${octal(node.mode)} and cannot be executed`, {
      fixes: [{ do: 'chmod', path, mode: node.mode | ((node.mode & 0o444) >> 2) }],
    })
  const text = guarded(check, rule, path, () => tree.text(path, LARGEST))
  if (text === undefined || INTERPRETER.test(text)) return
  const what = text.startsWith('#!')
    ? /^[^\n]*\r/.test(text)
      ? 'ends in a carriage return'
      : 'names no absolute path'
    : 'does not begin with #!'
  report(rule, path, `its first line ${what}`, { line: 1, column: 1, hint: 'begin with #!/bin/sh' })
}

export const checkScripts = (check: Check): void => {
  for (const { name } of check.tree.entries('scripts')) if (name.endsWith('.sh')) checkScript(check, `scripts/${name}`)
}
