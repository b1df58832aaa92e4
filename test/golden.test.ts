import { describe, expect, test } from 'vitest'
import { goldenCases } from './support/golden-case.ts'
import { materialise, temporaryDir } from './support/materialise.ts'
import { runInMemory, runOnDisk, transcript } from './support/transcript.ts'

/** A new case: make `root/` and, where git cannot keep it, `case.json`; run `npm run golden`; read expected.txt. */
describe.for(goldenCases())('$name', (one) => {
  test('on disk', async () => {
    using dir = temporaryDir()
    const root = `${dir.path}/root`
    await materialise(new Map([['', { node: { kind: 'directory' }, mode: 0o755, uid: 0, gid: 0 }], ...one.tree]), root)
    const text = transcript(runOnDisk(one, root, `${dir.path}/out`))
    expect(text).not.toContain(dir.path)
    await expect(text).toMatchFileSnapshot(one.expected)
  })

  test('in memory', async () => {
    await expect(transcript(runInMemory(one))).toMatchFileSnapshot(one.expected)
  })
})
