import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseExtensionName, pickVersion } from '../../lib/extensions/name.ts'
import { compareVersions } from '../../lib/systemd/versions.ts'
import { inImage } from './in-image.ts'

/** Versions, their order and which of them is picked, against systemd-vpick and systemd-analyze of the test machine. */

const dir = mkdtempSync('/var/tmp/bitbuilder-versions-')
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** The same numbers every time. */
const dice = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const pieceOf = <T>(roll: (below: number) => number, pieces: readonly T[]): T => pieces[roll(pieces.length)] as T

describe('systemd-vpick', () => {
  const VERSIONS = ['1', '1.0', '1.10', '1.9', '2~rc1', '2', '2^p', '2-1', '1_2', '1,2', 'a b', '', '0']
  const ARCHITECTURES = ['', '', '_x86-64', '_x86', '_arm64', '_zzz', '_any']
  const TRIES = ['', '', '+3', '+0-3', '+2-1', '+2-2', '+0', '+x', '+1-']
  const roll = dice(7)
  const shelves = Array.from({ length: 300 }, () =>
    Array.from(
      { length: 1 + roll(6) },
      () => `a_${pieceOf(roll, VERSIONS)}${pieceOf(roll, ARCHITECTURES)}${pieceOf(roll, TRIES)}.raw`,
    ),
  )
  const picked: string[] = []

  beforeAll(() => {
    for (const [index, names] of shelves.entries()) {
      const shelf = join(dir, 'picks', String(index), 'a.raw.v')
      mkdirSync(shelf, { recursive: true })
      for (const name of [...names, 'a.raw', 'b_9.raw']) writeFileSync(join(shelf, name), '')
    }
    const line = `for i in $(seq 0 ${shelves.length - 1}); do
      echo "pick:$(systemd-vpick --suffix=.raw --type=reg /mnt/picks/$i/a.raw.v 2>/dev/null || :)"; done`
    picked.push(
      ...inImage(dir, line)
        .split('\n')
        .filter((one) => one.startsWith('pick:')),
    )
  }, 60_000)

  test('picks what we pick, of 300 directories', () => {
    const name = parseExtensionName('a.raw.v', 'sysext')
    if (name === undefined) throw new Error('no name')
    const ours = shelves.map((names) => {
      const entries = [...new Set([...names, 'a.raw', 'b_9.raw'])].map((file) => ({
        name: file,
        kind: 'file' as const,
      }))
      return pickVersion(entries, name, 'x86-64')?.name ?? ''
    })
    const theirs = picked.map((line) => line.slice(line.lastIndexOf('/') + 1).replace(/^pick:$/, ''))
    expect(theirs.length).toBe(shelves.length)
    expect(shelves.map((names, index) => `${names.join(' ')}: ${ours[index]}`)).toEqual(
      shelves.map((names, index) => `${names.join(' ')}: ${theirs[index]}`),
    )
    expect(theirs.filter((one) => one !== '').length).toBeGreaterThan(150)
  })
})

describe('systemd-analyze compare-versions', () => {
  // The examples of UAPI.10, oldest first.
  const LADDER = [
    '122.1',
    '123~rc1-1',
    '123',
    '123-a',
    '123-a.1',
    '123-1',
    '123-1.1',
    '123^post1',
    '123.a-1',
    '123.1-1',
    '123a-1',
    '124-1',
  ]
  const EXAMPLES: readonly (readonly [string, string])[] = [
    ...LADDER.slice(1).map((one, index) => [LADDER[index] as string, one] as const),
    ...([
      ['11', '11'],
      ['systemd-123', 'systemd-123'],
      ['bar-123', 'foo-123'],
      ['123a', '123'],
      ['123.a', '123'],
      ['123.a', '123.b'],
    ] as const),
    ...([
      ['123a', '123.a'],
      ['11α', '11β'],
      ['A', 'a'],
      ['', '0'],
      ['0.', '0'],
      ['0.0', '0'],
      ['0', '~'],
      ['', '~'],
      ['1_', '1'],
    ] as const),
    ...([
      ['_1', '1'],
      ['1_', '1.2'],
      ['1_2_3', '1.3.3'],
      ['1+', '1'],
      ['+1', '1'],
      ['1+', '1.2'],
      ['1+2+3', '1.3.3'],
    ] as const),
  ]
  const roll = dice(10)
  const CHARACTERS = [...'000112.~^--..abzAZ_+,é ']
  const random = (): string => Array.from({ length: roll(9) }, () => pieceOf(roll, CHARACTERS)).join('')
  const near = (text: string): string => {
    const at = roll(text.length + 1)
    return text.slice(0, at) + pieceOf(roll, CHARACTERS) + text.slice(at + roll(2))
  }
  const pairs = Array.from({ length: 10_000 }, () => {
    const first = random()
    return [first, roll(3) === 0 ? random() : near(first)] as const
  })
  const sign = (number: number): string => (number < 0 ? '<' : number > 0 ? '>' : '==')

  test('as the program has it: all examples', () => {
    const lines = EXAMPLES.map(([a, b]) => `systemd-analyze compare-versions '${a}' '${b}' || :`).join('\n')
    const theirs = inImage(dir, lines).trimEnd().split('\n')
    const shown = (text: string): string => (text === '' ? "''" : text)
    expect(EXAMPLES.map(([a, b]) => `${shown(a)} ${sign(compareVersions(a, b))} ${shown(b)}`)).toEqual(theirs)
  })

  test('as the program has it: 10 000 pairs', () => {
    const half = pairs.length / 2
    for (const [name, own] of [
      ['first', pairs.slice(0, half)],
      ['second', pairs.slice(half)],
    ] as const)
      writeFileSync(join(dir, name), own.map(([a, b]) => `${a}\0${b}\0`).join(''))
    // A process for each pair. Its exit status says what the order is, which xargs takes for a failure.
    const script = `
      compare() { xargs --null --max-args=2 systemd-analyze compare-versions -- <$1 >$1.out 2>/dev/null || :; }
      compare first & compare second & wait
      cat first.out second.out`
    const lines = inImage(dir, script).trimEnd().split('\n')
    const theirs = lines.map((line) => /<|>|==/.exec(line)?.[0])
    // What is no ASCII right behind a ~: bytes are signed there on this machine, and it comes before the end of the text.
    const isSigned = (text: string): boolean => /~[^\u0000-\u007f]/.test(text)
    const differences = pairs.filter(
      ([a, b], index) => sign(compareVersions(a, b)) !== theirs[index] && !isSigned(a) && !isSigned(b),
    )
    expect(theirs.length).toBe(pairs.length)
    expect(differences).toEqual([])
    for (const one of ['<', '>', '==']) expect(theirs.filter((found) => found === one).length).toBeGreaterThan(300)
  }, 120_000)
})
