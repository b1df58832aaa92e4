import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { memoryHost } from '../../../lib/host/memory.ts'
import { nodeHost } from '../../../lib/host/node.ts'
import { diskContract } from './disk.ts'
import { inputContract, piecesOf } from './input.ts'
import { processContract } from './processes.ts'

const host = () => nodeHost('')

processContract(host)
diskContract(host)

const READER = `
const { nodeHost } = await import(process.argv[1])
const host = nodeHost('')
for (let piece = host.readInput(+process.argv[2]); piece.length > 0; piece = host.readInput(+process.argv[2]))
  console.log(Buffer.from(piece).toString('hex'))
`

inputContract(async (stdin, most) => {
  const module = new URL('../../../lib/host/node.ts', import.meta.url).href
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', READER, module, String(most)], {
    stdio: [stdin, 'pipe', 'inherit'],
    encoding: 'utf8',
  })
  return (stdout.match(/.+/g) ?? []).map((line) => Buffer.from(line, 'hex').toString('latin1'))
})

test('memoryHost gives the pieces of input that it was made with, so many bytes at a time', () => {
  const input = ['abc', 'd'].map((text) => Uint8Array.from(Buffer.from(text)))
  expect(piecesOf(memoryHost({}, { input }), 2)).toEqual(['ab', 'c', 'd'])
})
