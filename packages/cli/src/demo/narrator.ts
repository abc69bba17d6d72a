import colours from 'picocolors'
import { type Io, printLine } from '../io.js'
import type { DemoReport } from './report.js'

/** Tells people what happens. */
export interface Narrator {
  say(text: string): void
  progress(done: number, total: number): void
  finish(report: DemoReport): void
}

export const silentNarrator: Narrator = { say: () => {}, progress: () => {}, finish: () => {} }

const barWidth = 30
const eraseLine = '\r\u001b[K'

/** How often a live line is drawn again, at most. */
const drawEveryMs = 40

/** A live line on a terminal, a line for each quarter elsewhere. */
export const narratorFor = (io: Io): Narrator => {
  const isLive = io.stdout.isTTY === true
  let isDrawn = false
  let drawnAtMs = 0
  let quarters = 0
  const say = (text: string) => {
    printLine(io, `${isDrawn ? eraseLine : ''}${text}`)
    isDrawn = false
  }
  const draw = (done: number, total: number) => {
    const nowMs = performance.now()
    if (done < total && nowMs - drawnAtMs < drawEveryMs) return
    drawnAtMs = nowMs
    isDrawn = true
    io.stdout.write(`${eraseLine}  ${bar(done, total)} ${count(done)} of ${count(total)} lines`)
  }
  const tell = (done: number, total: number) => {
    const reached = Math.floor((done * 4) / total)
    if (reached <= quarters) return
    quarters = reached
    say(`  ${count(done)} of ${count(total)} lines acknowledged`)
  }
  return {
    say,
    progress: isLive ? draw : tell,
    finish: (report) => {
      for (const line of summary(report)) say(line)
    },
  }
}

const bar = (done: number, total: number): string => {
  const full = Math.round((barWidth * done) / total)
  return `${colours.green('█'.repeat(full))}${colours.dim('░'.repeat(barWidth - full))}`
}

const summary = ({ ok, input, nodes, killed, leader, failoverMs, writesPerSecond }: DemoReport): string[] => [
  '',
  `  ${'file'.padEnd(6)} ${input.sha256}  ${lines(input.lines)}`,
  ...nodes.map(({ id, applied, sha256, equal }) => {
    const mark = equal ? colours.green('equal') : colours.red('DIFFERENT')
    return `  ${id.padEnd(6)} ${sha256}  ${lines(applied)}  ${mark}${id === killed ? colours.dim('  (was killed)') : ''}`
  }),
  '',
  `  ${count(writesPerSecond)} durable writes/s; ${killed} was killed, and ${leader} went on after ${count(failoverMs)} ms.`,
  ok
    ? colours.bold(colours.green('  Every node applied exactly the file: every line once, in order.'))
    : colours.bold(colours.red('  Not every node applied exactly the file. This is a defect: please report it.')),
]

/** 12345 as 12,345. */
export const count = (number: number): string => String(number).replace(/\B(?=(\d{3})+$)/g, ',')

const lines = (number: number): string => `${count(number)} ${number === 1 ? 'line' : 'lines'}`
