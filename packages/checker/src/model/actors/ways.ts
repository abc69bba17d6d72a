/** The ways in which an event may happen; with it, the number of a step. */
export const ways = { happens: 0, repeats: 1, lost: 2 } as const

export const stepOf = (event: number, way: number): number => (event << 2) | way
export const eventOf = (step: number): number => step >>> 2
export const wayOf = (step: number): number => step & 3
