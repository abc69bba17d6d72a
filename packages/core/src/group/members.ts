import type { NodeId } from '../values/address.js'

/** A node that hosts a role of a group which changes its members. */
export interface Member {
  readonly node: NodeId
  /**
   * Identity of the store that it is a member with, in hexadecimal, as a node's status tells it: with another store it is another
   * node. Absent for nodes that the group began with: these are known by the store with which they were first heard.
   */
  readonly store?: string
}

/** Whom a group consists of that has changed its members. */
export interface Members {
  /** A whole number from 1 on: of two lists the later one has the higher number. */
  readonly version: number
  /** By role. Who hosts a role that is not named is as it was when the group began. */
  readonly roles: Readonly<Record<string, readonly Member[]>>
}
