/** So many names: `c1`, `c2`, ... */
export const named = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${letter}${at + 1}`)
