/** Why there are transitions that no simulated run takes. @module */

/** Transitions that no run of a subject takes, by name, and why. */
export type Reasons = Readonly<Record<string, string>>

export const because = (reason: string, ...names: readonly string[]): Reasons =>
  Object.fromEntries(names.map((name) => [name, reason]))

export const nobodySaysSo = 'no role says such a thing, and a link drops what is garbled into it'
export const appendsNothing = 'the host tells only whose write moves the end of a log, and this role has none'
export const clientsAreRefused =
  'the host hands on what clients ask while its actor leads, and who stops leading waits for an election time-out first'
export const nobodyAcceptsLoss = 'no simulated operator says that what is lost may be lost'
