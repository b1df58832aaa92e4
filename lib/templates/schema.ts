/**
 * `metadata.json` of a template and of what was made from one, as tables: shape.ts checks with them, zod.ts words and makes
 * a JSON Schema of them. Keys are the seed's (`template`, `requirements`, `defaults`) and ours. Open, as for all metadata:
 * unknown keys are the checker's to warn about.
 */

import { isVersion, parseConstraint } from '../systemd/constraint.ts'
import { metadataShape, parameterName, templateName, templateValues } from '../tenant/schema.ts'
import type { Infer, Shape } from '../tenant/shape.ts'
import { isPattern } from './pattern.ts'
import { valuePattern } from './value-pattern.ts'

/** What a template can be a template of. */
export const TEMPLATE_TYPES = [
  'infrastructure',
  'machine',
  'container',
  'homed',
  'network',
  'sysext',
  'confext',
] as const

export type TemplateType = (typeof TEMPLATE_TYPES)[number]

const VERSION_WORDS = 'a version such as 1.0.0, of letters, digits and . ~ ^ -'

/** It becomes a part of names such as NAME_VERSION.raw, which hold no other `_`. */
const version = {
  is: 'text',
  words: VERSION_WORDS,
  longest: 64,
  pattern: { of: /^[0-9A-Za-z][0-9A-Za-z.~^-]*$/, words: VERSION_WORDS },
  test: isVersion,
} as const

const CONSTRAINT_WORDS = 'a constraint such as >=258'
const constraint = {
  is: 'text',
  words: CONSTRAINT_WORDS,
  longest: 200,
  pattern: {
    of: /^\s*(?:[<>]=?|[=!]=|=|<>)\s*[0-9A-Za-z][0-9A-Za-z.~^-]*(?:\s+(?:[<>]=?|[=!]=|=|<>)[0-9A-Za-z][0-9A-Za-z.~^-]*)*\s*$/,
    words: CONSTRAINT_WORDS,
  },
  test: (text: string) => typeof parseConstraint(text) !== 'string',
} as const

/** What `requirements.features` may name; others are not known to be there or missing. */
export const FEATURES = [
  'vmspawn',
  'nspawn',
  'varlink',
  'networkd',
  'homed',
  'sysext',
  'confext',
  'portable',
  'repart',
  'resolved',
  'boot',
] as const

export type TemplateFeature = (typeof FEATURES)[number]

const text = (words: string, longest: number) => ({ is: 'text', words, longest }) as const

/** Network modes of the seed; what a registry takes of them is its own matter. */
const network = {
  is: 'object',
  keys: { mode: text('a network mode', 64), management_interface: { is: 'flag' } },
  open: true,
} as const

const PATTERN_WORDS = 'a path in the tree, in which * ? [ ] and {a,b} may stand'
const pattern = { is: 'text', words: PATTERN_WORDS, longest: 255, test: isPattern } as const
const patterns = { is: 'list', words: 'a list of paths', of: pattern } as const

const VALUE_WORDS = 'a regular expression without groups'

const PATH_WORDS = 'a path in the template, without ..'
const innerPath = {
  is: 'text',
  words: PATH_WORDS,
  longest: 255,
  pattern: { of: /^(?!\.{1,2}(?:\/|$))[^/\s]+(?:\/(?!\.{1,2}(?:\/|$))[^/\s]+)*$/, words: PATH_WORDS },
} as const

export const templateShape = {
  is: 'object',
  keys: {
    $schema: text('the address of a schema', 2048),
    template: {
      is: 'object',
      keys: {
        type: { is: 'choice', of: TEMPLATE_TYPES },
        version,
        name: templateName,
        description: text('a text', 400),
      },
      required: ['type', 'version', 'name'],
      open: true,
    },
    requirements: {
      is: 'object',
      keys: {
        systemd_version: constraint,
        kernel: constraint,
        features: { is: 'list', words: 'a list of features', of: text('the name of a feature', 64) },
      },
      open: true,
    },
    defaults: { is: 'object', keys: { ...metadataShape.keys.defaults.keys, network }, open: true },
    /** What may be set when the template is instantiated. */
    parameters: {
      is: 'map',
      words: 'an object of parameters by name',
      key: parameterName,
      of: {
        is: 'object',
        keys: {
          description: text('a text', 400),
          /** Without one the parameter has to be set. */
          default: templateValues.of,
          /** What the whole value has to match; when not said, letters, digits and . _ : / @ + -. */
          pattern: {
            is: 'text',
            words: VALUE_WORDS,
            longest: 400,
            test: (one: string) => valuePattern(one) !== undefined,
          },
        },
      },
    },
    /** The files in which `{{NAME}}` is replaced by a value. */
    rendered: patterns,
    /** What is taken from another root, because git cannot sensibly keep it. */
    userland: {
      is: 'object',
      keys: {
        /** Where it goes, `rootfs`. */
        into: innerPath,
        /** Programs and libraries, with the libraries and the ELF interpreter that they need. */
        programs: patterns,
        /** Files as they are. */
        files: patterns,
        /** By the place in the template: the first of these that is there. */
        place: {
          is: 'map',
          words: 'an object of lists of paths, by place in the template',
          key: innerPath.pattern,
          of: patterns,
        },
      },
    },
    /** In what was made from a template: from which, and with what. */
    instance: {
      is: 'object',
      keys: {
        template: templateName,
        version,
        commit: text('the id of a commit', 64),
        parameters: templateValues,
      },
      required: ['template', 'version'],
    },
  },
  required: ['template'],
  open: true,
} as const satisfies Shape

export type TemplateMetadata = Infer<typeof templateShape>
