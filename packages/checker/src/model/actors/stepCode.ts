/** How an event may happen; with it, the number of a step. */
export const stepKinds = { happens: 0, repeats: 1, lost: 2 } as const

export const stepOf = (event: number, kind: number): number => (event << 2) | kind
export const eventOf = (step: number): number => step >>> 2
export const kindOf = (step: number): number => step & 3
