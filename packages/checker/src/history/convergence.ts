import type { Judgement } from './causal/weakModels.js'
import { textOf } from './json.js'
import type { HistoryModel } from './model.js'
import { isOpen, type Operation } from './operation.js'
import { partsOf } from './parts.js'

/**
 * Whether all processes come to see the same: of each key, after its last update has returned, the last thing that each process
 * asked must have the same answer for all who asked the same. An update that stays open may come in between, so then a
 * difference proves nothing.
 */
export const judgeConvergence = (operations: readonly Operation[], model: HistoryModel): Judgement => {
  let compared = 0
  let isUnsure = false
  for (const { operations: part } of partsOf(operations, model)) {
    const last = lastQuestions(part, model)
    const answers = new Map<string, Operation>()
    for (const operation of last) {
      const question = JSON.stringify([operation.f, textOf(operation.argument)])
      const other = answers.get(question)
      if (other === undefined) answers.set(question, operation)
      else {
        compared++
        if (textOf(other.result) === textOf(operation.result)) continue
        const why = 'two processes asked the same, after all updates had ended, and at last got different answers'
        if (!hasOpenUpdate(part, model)) return { verdict: 'illegal', why, operations: [other, operation] }
        isUnsure = true
      }
    }
  }
  if (isUnsure)
    return { verdict: 'unknown', why: 'last answers differ, but an update that is open may have come in between' }
  return compared > 0
    ? { verdict: 'ok' }
    : { verdict: 'ok', why: 'nothing to compare: no two processes asked after the end' }
}

const hasOpenUpdate = (part: readonly Operation[], model: HistoryModel): boolean =>
  part.some((each) => isOpen(each) && !model.observesOnly?.(each))

/** What each process asked last, after all updates that returned had returned. */
const lastQuestions = (part: readonly Operation[], model: HistoryModel): readonly Operation[] => {
  const returned = part.filter((each) => !isOpen(each))
  const isQuestion = (each: Operation): boolean => model.observesOnly?.(each) ?? false
  const end = returned.reduce((latest, each) => (isQuestion(each) ? latest : Math.max(latest, each.returned)), -1)
  const last = new Map<Operation['process'], Operation>()
  for (const each of returned) if (isQuestion(each) && each.invoked > end) last.set(each.process, each)
  return [...last.values()]
}
