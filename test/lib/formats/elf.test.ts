import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readElf } from '../../../lib/formats/elf.ts'
import { elfFile } from '../../support/elf.ts'

const parse = (bytes: Uint8Array) => readElf((offset, length) => bytes.subarray(offset, offset + length))

const PARTS = {
  interpreter: '/lib64/ld-linux-x86-64.so.2',
  needed: ['libc.so.6', 'libm.so.6'],
  runpath: '$ORIGIN/../lib:/usr/lib/x',
  dlopen: [
    { soname: ['libpam.so.0'], feature: 'pam', priority: 'required' },
    { soname: ['libbpf.so.1', 'libbpf.so.0'], priority: 'suggested' },
    { soname: ['libidn2.so.0'] },
    { feature: 'none' },
  ],
}

test.each([
  [64, false, 62, 'x86-64'],
  [32, false, 3, 'x86'],
  [64, true, 22, 's390x'],
  [32, true, 8, undefined],
] as const)('%i bits, big end first %s, machine %i', (bits, isBig, machine, architecture) => {
  expect(parse(elfFile({ bits, isBig, machine, ...PARTS }))).toEqual({
    bits,
    machine,
    architecture,
    interpreter: PARTS.interpreter,
    needed: PARTS.needed,
    runpath: ['$ORIGIN/../lib', '/usr/lib/x'],
    dlopen: [
      { sonames: ['libpam.so.0'], priority: 'required' },
      { sonames: ['libbpf.so.1', 'libbpf.so.0'], priority: 'suggested' },
      { sonames: ['libidn2.so.0'], priority: 'recommended' },
    ],
  })
})

test('DT_RPATH counts where there is no DT_RUNPATH', () => {
  expect(parse(elfFile({ rpath: '/a' }))?.runpath).toEqual(['/a'])
  expect(parse(elfFile({ rpath: '/a', runpath: '/b' }))?.runpath).toEqual(['/b'])
})

test('a static program needs nothing', () => {
  expect(parse(elfFile())).toMatchObject({ interpreter: undefined, needed: [], runpath: [], dlopen: [] })
})

test.each([['', 'a text\n', '#!/bin/sh\n', '\u007fELF']])('%j is no ELF file', (text) => {
  expect(parse(Buffer.from(text))).toBeUndefined()
})

test('a broken one is read as far as it goes', () => {
  const good = elfFile(PARTS)
  const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255))
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), fc.nat(good.length), (changes, end) => {
      const bytes = Uint8Array.from(good.subarray(0, end))
      for (const [at, value] of changes) if (at < end) bytes[at] = value
      parse(bytes)
    }),
    { numRuns: 2000 },
  )
})
