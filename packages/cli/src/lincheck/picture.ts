import type { Operation } from '@quorate/checker'
import { element, escaped } from './html.js'
import { type Bar, type Lane, type Layout, layoutOf } from './layout.js'
import { callText, operationText } from './words.js'

/** What is drawn of a part. */
export interface Scene {
  /** By invocation. */
  readonly operations: readonly Operation[]
  readonly order: readonly Operation[]
  readonly stuck: Operation | undefined
  readonly core: readonly Operation[]
}

/** Sizes in pixels. */
const rowHeight = 44
const barHeight = 20
const barTop = 20
const laneLabelWidth = 120
const characterWidth = 7.3
const columnWidthMin = 34
const columnWidthMax = 62
const pointHeight = 7.5
const digitWidth = 3

/** Draws operations as bars, time from left to right: each column is an event, so widths say nothing of how long it took. */
export const picture = (scene: Scene): string => {
  const layout = layoutOf(scene.operations, scene.order)
  const scale = new Scale(layout)
  const ticks = Array.from({ length: layout.columns }, (_, column) => {
    const x = scale.x(column)
    return `<line class="tick" x1="${x}" x2="${x}" y1="0" y2="${scale.height}"/>`
  })
  return [
    '<div class="picture">',
    `<svg width="${scale.width}" height="${scale.height}" role="img" aria-label="operations in time">`,
    ...layout.lanes.map((lane, at) => laneOf(lane, at, scale)),
    ...ticks,
    ...layout.bars.map((bar) => barOf(bar, scene, scale)),
    pathOf(layout, scale),
    ...layout.bars.map((bar) => pointOf(bar, scale)),
    '</svg></div>',
  ].join('\n')
}

/** Where a column and a row lie. */
class Scale {
  readonly width: number
  readonly height: number
  readonly #columnWidth: number

  constructor({ bars, rows, columns }: Layout) {
    const needed = bars.map(({ operation, from, to = columns }) => {
      return (callText(operation).length * characterWidth + 16) / Math.max(1, to - from)
    })
    this.#columnWidth = Math.min(columnWidthMax, Math.max(columnWidthMin, ...needed))
    this.width = Math.ceil(this.x(columns) + 20)
    this.height = rows * rowHeight + 12
  }

  x(column: number): number {
    return Math.round((laneLabelWidth + column * this.#columnWidth) * 10) / 10
  }

  y(row: number): number {
    return row * rowHeight + 6
  }
}

const laneOf = ({ process, row, rows }: Lane, at: number, scale: Scale): string => {
  const y = scale.y(row)
  const ground = `<rect class="lane" x="0" y="${y}" width="${scale.width}" height="${rows * rowHeight}"/>`
  const name = `process ${String(process).slice(0, 8)}`
  return `${at % 2 === 0 ? ground : ''}<text class="quiet" x="10" y="${y + barTop + 14}">${escaped(name)}</text>`
}

const barOf = ({ operation, from, to, row, place }: Bar, { stuck, core }: Scene, scale: Scale): string => {
  const isStuck = operation === stuck
  const kinds = ['bar']
  if (to === undefined) kinds.push('open')
  if (isStuck) kinds.push('stuck')
  else if (core.includes(operation)) kinds.push('core')
  else if (place === undefined) kinds.push('unplaced')
  const left = scale.x(from)
  const right = to === undefined ? scale.width + 10 : scale.x(to)
  const y = scale.y(row) + barTop
  const label = callText(operation)
  const fitting = Math.max(1, Math.floor((right - left - 12) / characterWidth))
  const shown = label.length > fitting ? `${label.slice(0, fitting - 1)}…` : label
  return [
    `<g class="${kinds.join(' ')}">${element('title', titleOf(operation, place, isStuck))}`,
    `<rect x="${left + 1}" y="${y}" width="${Math.round((right - left - 2) * 10) / 10}" height="${barHeight}" rx="5"/>`,
    `<text x="${left + 7}" y="${y + 14}">${escaped(shown)}</text>`,
    isStuck ? crossAt(left + 4, y - 12) : '',
    '</g>',
  ].join('')
}

const titleOf = (operation: Operation, place: number | undefined, isStuck: boolean): string => {
  if (isStuck) return `${operationText(operation)}: cannot be placed`
  return `${operationText(operation)}${place === undefined ? ': not in the order' : `: number ${place} of the order`}`
}

const crossAt = (x: number, y: number): string => `<path class="cross" d="M${x} ${y} l9 9 m0 -9 l-9 9"/>`

/** Points sit on the upper edge of their bars. */
const heightOfPoint = (row: number, scale: Scale): number => scale.y(row) + barTop - 6

const pathOf = ({ bars }: Layout, scale: Scale): string => {
  const points = bars
    .flatMap(({ place, point, row }) => (place === undefined || point === undefined ? [] : [{ place, point, row }]))
    .sort((left, right) => left.place - right.place)
    .map(({ point, row }) => `${scale.x(point)},${heightOfPoint(row, scale)}`)
  return points.length < 2 ? '' : `<polyline class="path" points="${points.join(' ')}"/>`
}

const pointOf = ({ place, point, row }: Bar, scale: Scale): string => {
  if (place === undefined || point === undefined) return ''
  const x = scale.x(point)
  const y = heightOfPoint(row, scale)
  const number = `<text class="number" x="${x}" y="${y + 3}">${place}</text>`
  const width = pointHeight - digitWidth + digitWidth * String(place).length
  return `<ellipse class="point" cx="${x}" cy="${y}" rx="${width}" ry="${pointHeight}"/>${number}`
}
