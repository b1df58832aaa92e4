/** What bitbuilder-rules(7) says of each rule, made from the tables that the checker reports by. */

import { allRules } from '../lib/compliance/all-rules.ts'
import { KINDS } from '../lib/compliance/kinds.ts'

/** scdoc(5): what would begin or end something in the middle of a text. */
const plain = (text) => text.replace(/[\\*_`]/g, '\\$&')

const sentence = (text) => (/[.!?]$/.test(text) ? text : `${text}.`)

const ruleText = ({ id, severity, requires, why, fix, source }) => {
  const words = [
    sentence(requires),
    ...(why === undefined ? [] : [why]),
    ...(fix === undefined ? [] : [`--fix ${sentence(fix)}`]),
  ]
  const from = source.url.startsWith('man:') ? source.words : `${source.words}: ${source.url}`
  return `*${id}* (${severity})\n\t${words.map(plain).join(' ')}\n\n\t${plain(from)}\n`
}

/** Rules of an area stand together, in the order of their tables. */
const areaOf = ({ id }) => id.replace(/-\d+$/, '')

const kindsText = () => KINDS.map(({ name, summary }) => `*${name}*\n\t${plain(sentence(summary))}\n`).join('\n')

const rulesText = () => {
  const rules = allRules()
  const areas = [...new Set(rules.map(areaOf))]
  return areas
    .map((area) => {
      const own = rules.filter((rule) => areaOf(rule) === area)
      return `## ${area}\n\n${own.map(ruleText).join('\n')}`
    })
    .join('\n')
}

/** A page for scdoc(1), in which `@RULES@` and `@KINDS@` have become what they stand for. */
export const withRules = (page) => page.replace('@RULES@', rulesText).replace('@KINDS@', kindsText)
