import { check, type Trace } from '@quorate/checker'
import { expect, test } from 'vitest'
import { checkedMistakes } from './catalogue.js'
import type { Checked } from './mistake.js'
import { type Row, readmeOf, withTable } from './table.test.fixture.js'

/** Mistakes made on purpose in the roles, and caught by the model checker. */

const isLong = process.env['QUORATE_LONG'] !== undefined
/** So many states are enough to catch each, and so many steps to show it. */
const statesMax = 350_000
const stepsMax = 20

const mistakes = await checkedMistakes()

/** What a search of a model comes to. */
function search({ model }: Pick<Checked, 'model'>, statesMax: number) {
  const { properties, distinct } = check(model, { symmetry: model.hasSymmetry, statesMax })
  return { violated: properties.find(({ verdict, kind }) => verdict === 'violated' && kind === 'always'), distinct }
}

/** What is broken, without its definition; or what a role says that stops. */
function brokenBy(property: string, { final }: Trace): string {
  const failure = final.flatMap((line) => /failure: "([^"]*)"/.exec(line)?.[1] ?? [])[0]
  return failure === undefined ? property.replace(/:.*/, '') : `a role stops: ${failure}`
}

const rows = new Map<Checked, Row>()

function rowOf(mistake: Checked): Row {
  const known = rows.get(mistake)
  if (known) return known
  const { violated, distinct } = search(mistake, statesMax)
  if (!violated?.trace) throw new Error(`not caught in ${distinct} states`)
  const row = {
    ...mistake,
    broken: brokenBy(violated.name, violated.trace),
    tried: distinct,
    steps: violated.trace.steps.length,
  }
  rows.set(mistake, row)
  return row
}

test.each(mistakes.map((mistake) => [mistake.name, mistake] as const))(
  'caught: %s',
  { timeout: 120_000 },
  (_name, mistake) => {
    const { steps, tried } = rowOf(mistake)
    expect(steps).toBeLessThanOrEqual(stepsMax)
    // Without the mistake as many states show nothing wrong.
    if (isLong) expect(search({ model: mistake.sound() }, tried).violated).toBeUndefined()
  },
)

test('the README tells of them: if not, pnpm mistakes', { timeout: 600_000 }, async () => {
  const readme = readmeOf('checker')
  await expect(withTable(readme, 'states', mistakes.map(rowOf))).toMatchFileSnapshot(readme)
})
