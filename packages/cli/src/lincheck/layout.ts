import type { Operation } from '@quorate/checker'

/** An operation in the picture. Columns are events, from 0; nothing lies about how long they took. */
export interface Bar {
  readonly operation: Operation
  readonly from: number
  /** Undefined: it stays open. */
  readonly to: number | undefined
  /** Row within the picture. */
  readonly row: number
  /** Its place in the order that was found, from 1, and where it is thought to take place. */
  readonly place: number | undefined
  readonly point: number | undefined
}

/** A process in the picture. */
export interface Lane {
  readonly process: Operation['process']
  readonly row: number
  readonly rows: number
}

/** Where everything stands. */
export interface Layout {
  readonly bars: readonly Bar[]
  readonly lanes: readonly Lane[]
  readonly rows: number
  readonly columns: number
}

/** Places operations: each process in a lane of its own, of more than one row where something of it stays open. */
export const layoutOf = (operations: readonly Operation[], order: readonly Operation[]): Layout => {
  const columns = columnsOf(operations)
  const places = new Map(order.map((operation, at) => [operation, at + 1]))
  const points = pointsOf(
    order.filter((operation) => operations.includes(operation)),
    columns,
  )
  const lanes: Lane[] = []
  const bars: Bar[] = []
  let rows = 0
  for (const [process, own] of byProcess(operations)) {
    const ends: number[] = []
    for (const operation of own) {
      const free = ends.findIndex((end) => end < operation.invoked)
      const row = free === -1 ? ends.length : free
      ends[row] = operation.returned
      bars.push({
        operation,
        from: columns.get(operation.invoked) ?? 0,
        to: columns.get(operation.returned),
        row: rows + row,
        place: places.get(operation),
        point: points.get(operation),
      })
    }
    lanes.push({ process, row: rows, rows: ends.length })
    rows += ends.length
  }
  return { bars, lanes, rows, columns: columns.size }
}

/** The events that are shown, in their order. */
const columnsOf = (operations: readonly Operation[]): ReadonlyMap<number, number> => {
  const events = operations.flatMap(({ invoked, returned }) =>
    Number.isFinite(returned) ? [invoked, returned] : [invoked],
  )
  return new Map([...events].sort((left, right) => left - right).map((event, column) => [event, column]))
}

const byProcess = (operations: readonly Operation[]): ReadonlyMap<Operation['process'], readonly Operation[]> => {
  const lanes = new Map<Operation['process'], Operation[]>()
  for (const operation of operations) {
    const lane = lanes.get(operation.process)
    if (lane === undefined) lanes.set(operation.process, [operation])
    else lane.push(operation)
  }
  return new Map([...lanes].sort(([left], [right]) => compare(left, right)))
}

const compare = (left: Operation['process'], right: Operation['process']): number => {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  return String(left) < String(right) ? -1 : 1
}

/** Points between events, one after another: as early as may be, and evenly where several lie between two events. */
const pointsOf = (
  order: readonly Operation[],
  columns: ReadonlyMap<number, number>,
): ReadonlyMap<Operation, number> => {
  const cells: Operation[][] = []
  let cell = 0
  for (const operation of order) {
    cell = Math.max(cell, columns.get(operation.invoked) ?? 0)
    cells[cell] = [...(cells[cell] ?? []), operation]
  }
  return new Map(
    cells.flatMap((inCell, at) =>
      inCell.map((operation, number) => [operation, at + (number + 1) / (inCell.length + 1)] as const),
    ),
  )
}
