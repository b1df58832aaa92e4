import { expect, test } from 'vitest'
import { memoryHost } from '../../../lib/host/memory.ts'
import { progressOn } from '../../../lib/images/progress.ts'

const run = (stdout: string, isTerminal: boolean, isWanted: boolean): string => {
  const host = memoryHost({ '/image': 'x'.repeat(3 << 20) }, { run: () => ({ status: 0, stdout, stderr: '' }) })
  const seen = { ...host, isTerminal: () => isTerminal }
  const finished = progressOn(seen, isWanted).run(seen, 'making', ['tool'], 10, '/image')
  expect(finished.stdout).toBe(stdout)
  return host.printed.join('')
}

test.each([
  ['version 4.7\n30\n50\n', 'making  [############------------]  50 %  3.0 MiB  0 s'],
  ['30%\n100%\n', 'making  [########################] 100 %  3.0 MiB  0 s'],
  ['999%', 'making  [########################] 100 %  3.0 MiB  0 s'],
  ['nothing of that kind', 'making  3.0 MiB  0 s'],
])('of what says %j a terminal gets %j, and nothing stays of it', (said, bar) => {
  expect(run(said, true, true)).toBe(`\r\u001b[K${bar}\r\u001b[K`)
})

test('a pipe gets nothing, and neither does who wants JSON', () => {
  expect(run('50%', false, true)).toBe('')
  expect(run('50%', true, false)).toBe('')
})
