import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Pitfall, pitfalls } from './pitfalls.js'

/** The tables of mistakes in the READMEs, written from what was measured. */

export interface Row {
  readonly name: string
  readonly pitfall: Pitfall
  /** The property or invariant that does not hold. */
  readonly broken: string
  /** States or seeds until it was caught. */
  readonly tried: number
  readonly steps: number
}

export const readmeOf = (name: 'checker' | 'simulator'): string =>
  fileURLToPath(new URL(`../../../${name}/README.md`, import.meta.url))

const begin = '<!-- written by pnpm mistakes -->\n'
const end = '<!-- end of what is written -->'

/** A README with this table in the place of the one between its marks. */
export function withTable(path: string, tried: string, rows: readonly Row[]): string {
  const text = readFileSync(path, 'utf8')
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)]
  if (from < begin.length || to < from) throw new Error(`${path} has no marks between which a table could be written`)
  const table = [
    `| mistake | it stands for | what it breaks | ${tried} | steps |`,
    '|---|---|---|---:|---:|',
    ...rows.map(
      ({ name, pitfall, broken, tried, steps }) =>
        `| ${name} | ${pitfalls[pitfall]} | ${broken} | ${tried.toLocaleString('en')} | ${steps} |`,
    ),
    '',
  ]
  return text.slice(0, from) + table.join('\n') + text.slice(to)
}
