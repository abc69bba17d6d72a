/** Lines of a TSDoc comment; none for an empty text. */
export function documented(text: string, indent = ''): string[] {
  if (!text) return []
  const lines = text.replaceAll('*/', '*\\/').split('\n')
  if (lines.length === 1 && indent.length + text.length < 112) return [`${indent}/** ${lines[0]} */`]
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`]
}

/** `key_value`, `key-value` or `keyValue` becomes `KeyValue`. */
export const pascalCase = (name: string): string =>
  name.replace(/(?:^|[_-])([a-zA-Z0-9])/g, (_all, letter: string) => letter.toUpperCase())
