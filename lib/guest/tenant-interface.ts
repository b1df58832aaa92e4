import type { Interface } from '../varlink/interface.ts'

const maybe = (maybe: 'string') => ({ maybe })
const STATE = { maybe: { oneOf: ['current', 'failed'] } } as const
const APPLIED = { maybe: { oneOf: ['applied', 'failed'] } } as const
const PROBLEMS = { list: { named: 'Problem' } } as const

/** io.bitbuilder.Tenant */
export const TENANT_INTERFACE: Interface = {
  name: 'io.bitbuilder.Tenant',
  comment: ['A tenant of BitBuilder, as its infrastructure VM knows it.'],
  types: {
    Problem: {
      comment: ['Something that somebody has to hear about. A line of 0 means the whole file.'],
      fields: {
        severity: { oneOf: ['error', 'warning'] },
        file: 'string',
        line: 'int',
        column: 'int',
        message: 'string',
        hint: maybe('string'),
      },
    },
    Revision: {
      comment: ['A commit of the repository that is kept. The one with the next lower number was current before it.'],
      fields: { commit: 'string', number: 'int', current: 'bool', applied: 'bool' },
    },
  },
  methods: {
    Describe: {
      comment: ['Whose VM this is. What is not known is missing.'],
      input: {},
      output: {
        id: 'string',
        machine: 'string',
        description: maybe('string'),
        repository: maybe('string'),
        ref: maybe('string'),
        verify: maybe('string'),
        version: 'string',
      },
    },
    Status: {
      comment: [
        'How the last sync and the last application ended, and which commits they are about: the one that the repository',
        'has, the current revision, the one whose extensions the VM has, the one whose provision.sh has run.',
      ],
      input: {},
      output: {
        sync: STATE,
        wanted: maybe('string'),
        commit: maybe('string'),
        applied: APPLIED,
        appliedCommit: maybe('string'),
        provisionedCommit: maybe('string'),
        problems: PROBLEMS,
      },
    },
    ListRevisions: {
      comment: ['All revisions that are kept, the oldest first, a reply for each. Call it with `more`.'],
      input: {},
      output: { revision: { named: 'Revision' } },
    },
    Sync: {
      comment: [
        'Fetches the repository now. With `force`, a commit that does not descend from the last one is taken even where',
        'commits have to be signed. With `more`, a first reply says that it has begun. Only for root.',
      ],
      input: { force: { maybe: 'bool' } },
      output: { state: { oneOf: ['running', 'current'] }, commit: maybe('string'), problems: PROBLEMS },
    },
    Apply: {
      comment: [
        'Makes the VM what the current revision says. With `more`, a first reply says that it has begun. Only for root.',
      ],
      input: {},
      output: { state: { oneOf: ['running', 'applied'] }, commit: maybe('string'), problems: PROBLEMS },
    },
  },
  errors: {
    NoRevision: { comment: ['There is no revision yet.'], fields: {} },
    SyncFailed: { comment: ['The repository could not be taken.'], fields: { problems: PROBLEMS } },
    ApplyFailed: { comment: ['Not all of the revision could be applied.'], fields: { problems: PROBLEMS } },
  },
}
