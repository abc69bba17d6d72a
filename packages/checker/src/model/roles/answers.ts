import {
  type Answer,
  type AskOutcome,
  type CallOutcome,
  choicesOf,
  type NodeId,
  type Question,
  requestText,
} from '@quorate/core'
import { ModelFault } from '../errors.js'
import type { RoleSettings } from './roleSettings.js'

/** An answer that may come next, and what that is called. */
interface NamedAnswer {
  readonly name: string
  readonly answer: Answer
}

type Choose = Extract<Question, { readonly type: 'choose' }>
type Asked = Exclude<Question, Choose>

/** What a model says of questions. */
type Said = Pick<RoleSettings, 'calls' | 'asks'>

/**
 * All answers that may come next: to the choice that was asked for first, and to everything else that was asked.
 * @throws {@link ModelFault} for a question of which nothing can come.
 */
export function answersTo(
  questions: readonly Question[],
  said: Said,
  of: { readonly role: string; readonly node: NodeId },
): readonly NamedAnswer[] {
  const [first] = questions
  const choices = first?.type === 'choose' ? choicesTo(first) : []
  return [...choices, ...questions.flatMap((each) => (each.type === 'choose' ? [] : endsOf(each, said, of)))]
}

/** By their places, which stay what they are when nodes change names. */
function choicesTo(question: Choose): readonly NamedAnswer[] {
  const placeOf = (choice: string): number => question.among.indexOf(choice) + 1
  return Array.from(choicesOf(question), (answer) => ({
    name: `chooses ${answer.chosen.map(placeOf).join(', ') || 'none'} of ${question.among.length}`,
    answer,
  }))
}

function endsOf(question: Asked, said: Said, of: { readonly role: string; readonly node: NodeId }): NamedAnswer[] {
  const { type, request } = question
  const answers = answersIn(question, said, of)
  if (answers.length === 0)
    throw new ModelFault(`emits ${type}, of which nothing comes: say what in ${type}s of the scope`)
  return answers.map((answer, at) => {
    const { outcome } = answer
    const end = outcome.type === 'failed' ? `failed, ${outcome.reason}` : outcome.type
    const which = answers.length > 1 ? ` (${at + 1} of ${answers.length})` : ''
    return { name: `${type} ${requestText(request)} ${end}${which}`, answer }
  })
}

type Ended = Extract<Answer, { readonly outcome: CallOutcome | AskOutcome }>

function answersIn(question: Asked, { calls, asks }: Said, { role, node }: { role: string; node: NodeId }): Ended[] {
  const { request, bytes } = question
  if (question.type === 'call') {
    const outcomes = calls?.[role]?.(bytes, node) ?? []
    return outcomes.map((outcome) => ({ type: 'called', request, outcome }))
  }
  const outcomes = asks?.[role]?.(question.group, bytes, node) ?? []
  return outcomes.map((outcome) => ({ type: 'answered', request, outcome }))
}
