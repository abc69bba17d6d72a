import { type Answer, type CallOutcome, choicesOf, type Question, requestText } from '@quorate/core'
import { ModelFault } from '../errors.js'

/** An answer that may come next, and what that is called. */
interface NamedAnswer {
  readonly name: string
  readonly answer: Answer
}

type Ask<Type> = Extract<Question, { readonly type: Type }>

/**
 * All answers that may come next: to the choice that was asked for first, and to every call.
 * @param outcomesOf what may come of a call, by its bytes; `undefined` where nobody says it
 * @throws {@link ModelFault} for a call of which nothing can come.
 */
export function answersTo(
  questions: readonly Question[],
  outcomesOf: ((bytes: Uint8Array) => readonly CallOutcome[]) | undefined,
): readonly NamedAnswer[] {
  const [first] = questions
  const choices = first?.type === 'choose' ? choicesTo(first) : []
  const calls = questions.flatMap((question) => (question.type === 'call' ? endsOf(question, outcomesOf) : []))
  return [...choices, ...calls]
}

/** By their places, which stay what they are when nodes change names. */
function choicesTo(question: Ask<'choose'>): readonly NamedAnswer[] {
  const placeOf = (choice: string): number => question.among.indexOf(choice) + 1
  return Array.from(choicesOf(question), (answer) => ({
    name: `chooses ${answer.chosen.map(placeOf).join(', ') || 'none'} of ${question.among.length}`,
    answer,
  }))
}

function endsOf(
  { request, bytes }: Ask<'call'>,
  outcomesOf: ((bytes: Uint8Array) => readonly CallOutcome[]) | undefined,
): readonly NamedAnswer[] {
  const outcomes = outcomesOf?.(bytes) ?? []
  if (outcomes.length === 0)
    throw new ModelFault('calls something of which nothing comes: say what in calls of the scope')
  return outcomes.map((outcome, at) => {
    const end = outcome.type === 'failed' ? `failed, ${outcome.reason}` : outcome.type
    const which = outcomes.length > 1 ? ` (${at + 1} of ${outcomes.length})` : ''
    return { name: `call ${requestText(request)} ${end}${which}`, answer: { type: 'called', request, outcome } }
  })
}
