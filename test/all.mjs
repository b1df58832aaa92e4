/**
 * `npm test`: every check of the project, one after the other, and at the end one plain line. A step that is no test run
 * counts as one test. All steps run even when one fails: whoever reads it wants to know all.
 */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const scratch = mkdtempSync(join(tmpdir(), 'bitbuilder-test-'))

const run = (title, command) => {
  const started = performance.now()
  process.stdout.write(`\n== ${title}\n`)
  const { status } = spawnSync(command[0], command.slice(1), { stdio: 'inherit' })
  const seconds = Math.round((performance.now() - started) / 1000)
  process.stdout.write(`== ${title}: ${status === 0 ? 'passed' : 'FAILED'} in ${seconds} s\n`)
  return status === 0
}

const step = (title, ...command) => {
  const passed = run(title, command)
  return { passed: Number(passed), failed: Number(!passed), skipped: 0 }
}

/** A run that ends badly without a failed test, as when nothing was found, still is a failure. */
const tests = (project) => {
  const report = join(scratch, `${project}.json`)
  const passed = run(`${project} tests`, [
    'vitest',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'))
    return { passed: numPassedTests, failed: Math.max(numFailedTests, Number(!passed)), skipped: numPendingTests }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

const results = [
  step('lint', 'npm', 'run', '--silent', 'lint'),
  step('types', 'npm', 'run', '--silent', 'types'),
  step('unused code', 'npm', 'run', '--silent', 'unused'),
  tests('unit'),
  step('packages, native', 'node', 'build.mjs', 'package', '--engine=native'),
  step('packages, portable', 'node', 'build.mjs', 'package', '--engine=portable', '--output=dist/portable'),
  tests('packed'),
  tests('system-native'),
  tests('system-portable'),
]
rmSync(scratch, { recursive: true })

const sum = (key) => results.reduce((total, result) => total + result[key], 0)
const skipped = sum('skipped')
process.stdout.write(
  `\n${sum('passed')} passed, ${sum('failed')} failed${skipped === 0 ? '' : `, ${skipped} skipped`}\n`,
)
process.exitCode = sum('failed') === 0 ? 0 : 1
