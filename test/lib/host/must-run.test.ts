import { expect, test } from 'vitest'
import type { Finished } from '../../../lib/host/host.ts'
import { mustRun } from '../../../lib/host/must-run.ts'

const finished = (status: number, stdout = '', stderr = ''): Finished => ({ status, stdout, stderr })

test.each([
  [finished(1, 'out\n', 'err\n'), 'nft list: failed with status 1: err'],
  [finished(1, 'out\n'), 'nft list: failed with status 1: out'],
  [finished(2), 'nft list: failed with status 2, and said nothing'],
  [finished(127), 'nft list: could not be started, is nft installed?'],
  [finished(1, '', '1\n2\n3\n4\n5\n6\n'), 'nft list: failed with status 1: 1; 2; 3; 4; 5'],
])('%j is told as %s', (found, words) => {
  const processes = { run: () => found, sleep: () => undefined }
  expect(() => mustRun(processes as never, ['nft', 'list'], 1)).toThrow(words)
})

test('what is well is its standard output', () => {
  expect(mustRun({ run: () => finished(0, 'out\n', 'err\n') } as never, ['nft'], 1)).toBe('out\n')
})
