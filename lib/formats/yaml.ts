import { load, YAMLException } from 'js-yaml'

/** What is wrong with a text as YAML, and where. */
export interface YamlMistake {
  readonly reason: string
  /** From 1; 0 when it is not known. */
  readonly line: number
  readonly column: number
}

/** A text as YAML, or why it is none. Whoever calls this bounds the length of the text. */
export const parseYaml = (text: string): { readonly value: unknown } | YamlMistake => {
  try {
    return { value: load(text, { maxAliases: 100 }) }
  } catch (thrown) {
    if (thrown instanceof YAMLException)
      return { reason: thrown.reason, line: (thrown.mark?.line ?? -1) + 1, column: (thrown.mark?.column ?? -1) + 1 }
    // Nested so deeply that an engine gives up on it.
    return { reason: 'cannot be read, it is probably nested too deeply', line: 0, column: 0 }
  }
}
