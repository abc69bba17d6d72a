import type { Chart } from './chart.js'
import { familySketch } from './familySketch.js'
import type { Detail, Sketch } from './sketch.js'
import { stateSketch } from './stateSketch.js'

/** Chooses what of a chart is drawn. */
export const sketchOf = (chart: Chart, detail: Detail): Sketch =>
  chart.kind === 'family' && detail === 'summary' ? familySketch(chart) : stateSketch(chart, detail)
