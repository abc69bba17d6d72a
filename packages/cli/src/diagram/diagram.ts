import { writeFileSync } from 'node:fs'
import { chartOf, type Detail, type Drawable, mermaid, svg, topologyMermaid, topologySvg } from '@quorate/diagram'
import type { Topology } from '@quorate/host'
import { UnwritableFileError } from '../errors.js'
import type { Io } from '../io.js'
import { isTopology } from '../topologyFile.js'
import { drawableOf } from './drawableOf.js'

export interface DiagramSettings {
  readonly format: 'svg' | 'mermaid'
  readonly detail: Detail
  /** The file to write. @default standard output */
  readonly output?: string
}

/** Draws a role or a family, named or exported by a file, or the topology that a file exports. */
export const diagram = async (io: Io, what: string, settings: DiagramSettings): Promise<void> => {
  const { output } = settings
  const text = await textOf(await drawableOf(what), settings)
  if (output === undefined) io.stdout.write(text)
  else write(output, text)
}

const textOf = async (found: Drawable | Topology, { format, detail }: DiagramSettings): Promise<string> => {
  if (isTopology(found)) return format === 'svg' ? topologySvg(found) : topologyMermaid(found)
  const chart = chartOf(found)
  return format === 'svg' ? svg(chart, { detail }) : mermaid(chart, { detail })
}

const write = (path: string, text: string): void => {
  try {
    writeFileSync(path, text)
  } catch (cause) {
    throw new UnwritableFileError(path, cause)
  }
}
