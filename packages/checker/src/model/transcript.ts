import type { Trace } from './engine/replay.js'

/** A run as lines of text: how things stood at first, numbered steps, what came of each, and how things stood in the end. */
export function transcriptOf({ initial, steps, final, loopsTo, rests }: Omit<Trace, 'tell'>): readonly string[] {
  const lines = steps.flatMap(({ text, details }, at) => [
    ...(loopsTo === at ? ['-- from here on, for ever:'] : []),
    `${String(at + 1).padStart(3)}. ${text}`,
    ...details.map((detail) => `       ${detail}`),
  ])
  const end = rests ? 'and so it stays for ever:' : 'in the end:'
  return [
    'at first:',
    ...initial.map((line) => `       ${line}`),
    ...lines,
    loopsTo === undefined ? end : `and again from step ${loopsTo + 1}:`,
    ...final.map((line) => `       ${line}`),
  ]
}
