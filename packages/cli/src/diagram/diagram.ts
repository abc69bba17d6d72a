import { writeFileSync } from 'node:fs'
import { chartOf, type Detail, mermaid, svg } from '@quorate/diagram'
import { UnwritableFileError } from '../errors.js'
import type { Io } from '../io.js'
import { drawableOf } from './drawableOf.js'

export interface DiagramSettings {
  readonly format: 'svg' | 'mermaid'
  readonly detail: Detail
  /** The file to write. @default standard output */
  readonly output?: string
}

/** Draws a role or a family, named or exported by a file. */
export const diagram = async (io: Io, role: string, { format, detail, output }: DiagramSettings): Promise<void> => {
  const chart = chartOf(await drawableOf(role))
  const text = format === 'svg' ? await svg(chart, { detail }) : mermaid(chart, { detail })
  if (output === undefined) io.stdout.write(text)
  else write(output, text)
}

const write = (path: string, text: string): void => {
  try {
    writeFileSync(path, text)
  } catch (cause) {
    throw new UnwritableFileError(path, cause)
  }
}
