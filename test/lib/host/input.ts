import { spawn } from 'node:child_process'
import { closeSync, constants, openSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Host } from '../../../lib/host/host.ts'
import { makeFifo, temporaryDir } from '../../support/materialise.ts'

/** All of standard input, a text of latin1 for each piece, up to the empty one at its end. */
export const piecesOf = (host: Pick<Host, 'readInput'>, most: number): readonly string[] => {
  for (const pieces: string[] = []; ; ) {
    const piece = Buffer.from(host.readInput(most)).toString('latin1')
    if (piece === '') return pieces
    pieces.push(piece)
  }
}

/** What a host reads whose process has this file for its standard input. */
type ReadAll = (stdin: number, most: number) => Promise<readonly string[]>

/** A pipe into which a shell script writes, and the reading end of it. */
const openPipe = (dir: string, script: string, flags: number): number => {
  makeFifo(`${dir}/pipe`)
  const both = openSync(`${dir}/pipe`, 'r+')
  const reading = openSync(`${dir}/pipe`, flags)
  const writing = openSync(`${dir}/pipe`, 'w')
  spawn('sh', ['-c', script], { stdio: ['ignore', writing, 'inherit'] })
  for (const fd of [both, writing]) closeSync(fd)
  return reading
}

/** What every host does with standard input. */
export const inputContract = (readAll: ReadAll): void => {
  describe('readInput()', () => {
    test('gives the bytes of a file, so many at a time', async () => {
      using dir = temporaryDir()
      writeFileSync(`${dir.path}/file`, Buffer.from('a\0\xff\nb', 'latin1'))
      expect(await readAll(openSync(`${dir.path}/file`, 'r'), 2)).toEqual(['a\0', '\xff\n', 'b'])
    })

    test('is at its end where there is nothing', async () => {
      expect(await readAll(openSync('/dev/null', 'r'), 16)).toEqual([])
    })

    test.each([
      ['that waits', constants.O_RDONLY],
      ['that does not wait', constants.O_RDONLY | constants.O_NONBLOCK],
    ])('gives what comes through a pipe %s, when it comes', async (_, flags) => {
      using dir = temporaryDir()
      const script = 'sleep 0.5; printf one; sleep 0.5; printf two'
      expect(await readAll(openPipe(dir.path, script, flags), 1000)).toEqual(['one', 'two'])
    })
  })
}
