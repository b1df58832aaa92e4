import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkDefinition, valuesOf } from '../../../lib/images/definitions.ts'

const SHIPPED = join(import.meta.dirname, '../../../templates/tenant-machine-template/repart.d')

const wrongIn = (text: string): readonly string[] =>
  checkDefinition('10-root.conf', text).map(({ at, message }) => `${'line' in at ? at.line : 0}: ${message}`)

test.each(readdirSync(SHIPPED))('%s of the template is taken', (name) => {
  expect(wrongIn(readFileSync(join(SHIPPED, name), 'utf8'))).toEqual([])
})

test.each([
  ['CopyBlocks=/dev/sda', "CopyBlocks= is not for a machine's disk"],
  ['CopyBlocks = auto', "CopyBlocks= is not for a machine's disk"],
  ['Encrypt=tpm2', "Encrypt= is not for a machine's disk"],
  ['KeyFile=/etc/key', "KeyFile= is not for a machine's disk"],
  ['Label=%H', 'Label= has a specifier, which is another value on each host'],
  ['CopyFiles=/rootfs:/ \\', 'goes on in the next line, expected each setting in one'],
  ['nonsense', 'is no setting'],
  ['=nothing', 'is no setting'],
  ['[Unit]', '[Unit] is no section of a partition, expected [Partition]'],
])('%s is refused', (line, message) => {
  expect(wrongIn(`[Partition]\n# Type=\n\n${line}\nType=root\n`)).toEqual([`4: ${message}`])
})

test('a file of nothing but mistakes is told of in part', () => {
  expect(wrongIn('CopyBlocks=x\n'.repeat(1000))).toHaveLength(20)
})

test('values are those of all files', () => {
  const definitions = new Map([
    ['a', 'Format=vfat\n'],
    ['b', '[Partition]\n Format= ext4\n#Format=xfs\nFormatted=no\n'],
  ])
  expect(valuesOf(definitions, 'Format')).toEqual(['vfat', 'ext4'])
})
