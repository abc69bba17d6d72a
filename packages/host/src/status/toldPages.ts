import { type NodeId, nameLengthMax } from '@quorate/core'
import type { NodeStatusReport } from '../generated/node.js'
import type { NodeReport } from './nodeStatus.js'

/** What nodes have told of themselves, a page after the other. A page that is none is not taken. */
export class ToldPages {
  readonly #reports = new Map<NodeId, NodeReport>()
  /** By node: the question that it has not answered yet; `undefined` where it has answered all. */
  readonly #open = new Map<NodeId, number | undefined>()
  #toAll: number | undefined

  /** Sorted by node. */
  get reports(): NodeReport[] {
    return [...this.#reports.values()].sort((a, b) => (a.node < b.node ? -1 : 1))
  }

  /** So many at least have told all. */
  areComplete(nodes: number): boolean {
    return this.#reports.size >= nodes && [...this.#reports.values()].every(({ next }) => next === undefined)
  }

  /** All nodes were asked for their first page, by the question of this number. */
  askedAll(request: number): void {
    this.#toAll = request
  }

  /** A node was asked for what follows its last page. */
  asked(node: NodeId, request: number): void {
    this.#open.set(node, request)
  }

  /**
   * Takes what a node answers. `more`: it has told of its groups up to this one, and there are others. `nonsense`: why it is no
   * answer. Neither where it has told all, or answers what it was not asked.
   */
  take(node: NodeId, { request, report }: NodeStatusReport): { readonly more?: string; readonly nonsense?: string } {
    if (request !== (this.#open.has(node) ? this.#open.get(node) : this.#toAll)) return {}
    this.#open.set(node, undefined)
    const page = readPage(report, node)
    if (!page) return { nonsense: 'no report of this node' }
    const before = this.#reports.get(node)
    const { next } = page
    if (next !== undefined && !isMark(page, before?.next)) return { nonsense: `a next page after ${shown(next)}` }
    this.#reports.set(node, { ...page, groups: { ...before?.groups, ...page.groups } })
    return next === undefined ? {} : { more: next }
  }
}

/** What should be the name of a group, for people. */
const shown = (next: unknown): string =>
  typeof next === 'string' ? JSON.stringify(next.slice(0, nameLengthMax)) : `something of type ${typeof next}`

/** Of that node; `undefined` for what is none. */
function readPage(bytes: Uint8Array, node: NodeId): NodeReport | undefined {
  try {
    const report: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return isReportOf(node, report) ? report : undefined
  } catch {
    return undefined
  }
}

type Unknown = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** As much of it is there as whoever shows it relies on. */
const isReportOf = (of: NodeId, report: unknown): report is NodeReport => {
  if (!isObject(report)) return false
  const { node, waitingFor, groups } = report
  return node === of && Array.isArray(waitingFor) && isObject(groups) && Object.values(groups).every(isGroup)
}

const isGroup = (group: unknown): boolean =>
  isObject(group) &&
  isObject(group['service']) &&
  isObject(group['roles']) &&
  Object.values(group['roles']).every(isObject)

/** The next page follows one of the groups that this one tells of, which comes after the mark before. */
const isMark = ({ next, groups }: NodeReport, before = ''): boolean =>
  typeof next === 'string' && Object.hasOwn(groups, next) && next > before
