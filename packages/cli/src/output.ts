import { Option } from 'commander'

export type OutputFormat = 'text' | 'json'

export const outputOption = (): Option =>
  new Option('--output <format>', 'how to print it').choices(['text', 'json'] satisfies OutputFormat[]).default('text')

export const jsonOption = (): Option => new Option('--json', 'the same as --output json').implies({ output: 'json' })

/** Stands where there is nothing to show. */
export const nothing = '-'

/** Lines of columns, as wide as what they hold. Numbers stand to the right. */
export const table = (titles: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] => {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => String(row[column] ?? '').length)),
  )
  const isNumeric = titles.map((_, column) => {
    const cells = rows.map((row) => row[column]).filter((cell) => cell !== nothing)
    return cells.length > 0 && cells.every((cell) => typeof cell === 'number')
  })
  const line = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return isNumeric[column] ? String(cell).padStart(width) : String(cell).padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return [line(titles), ...rows.map(line)]
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The text that bytes hold, or `undefined` when they are no UTF-8. */
export const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** A value for JSON: as text, or in base64 where it is no UTF-8. */
export const plainValue = (value: Uint8Array): { readonly value: string } | { readonly valueBase64: string } => {
  const text = textOf(value)
  return text === undefined ? { valueBase64: Buffer.from(value).toString('base64') } : { value: text }
}
