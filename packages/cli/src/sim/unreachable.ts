/** Transitions that no simulated run takes, and why: they guard against what the roles themselves never do. @module */

export const unreachableInRaft: Readonly<Record<string, string>> = {}
export const unreachableInMultiPaxos: Readonly<Record<string, string>> = {}
export const unreachableInPaxos: Readonly<Record<string, string>> = {}
