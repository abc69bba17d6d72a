import type { Trace } from './engine/replay.js'

/** A run as lines of text: numbered steps, what came of each, and how things stood in the end. */
export function transcriptOf({ steps, final, loopsTo }: Trace): readonly string[] {
  const lines = steps.flatMap(({ text, details }, at) => [
    ...(loopsTo === at ? ['-- from here on, for ever:'] : []),
    `${String(at + 1).padStart(3)}. ${text}`,
    ...details.map((detail) => `       ${detail}`),
  ])
  const end = loopsTo === undefined ? 'in the end:' : `and again from step ${loopsTo + 1}:`
  return [...lines, end, ...final.map((line) => `       ${line}`)]
}
