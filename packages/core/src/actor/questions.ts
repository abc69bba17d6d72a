import type { Answer, OwnRequest, Question } from './effect.js'

/** A text that equal requests have, and no others. */
export const requestText = (request: OwnRequest): string =>
  typeof request === 'number' ? `${request}` : `${JSON.stringify(request.key)}/${requestText(request.request)}`

/** Which question an answer is for. */
const questionOf = { chosen: 'choose', called: 'call', answered: 'ask' } as const satisfies Record<
  Answer['type'],
  Question['type']
>

/** As much of a question as tells it from others. */
export type QuestionId = Pick<Question, 'type' | 'request'>

/** The questions of an actor without an answer, and one more. A choice is drawn at once, so none takes the place of another. */
export function withQuestion<Of extends QuestionId>(questions: readonly Of[], question: Of): readonly Of[] {
  const isReplaced = (each: Of): boolean => question.type !== 'choose' && isOf(each, question)
  return inOneOrder([...questions.filter((each) => !isReplaced(each)), question])
}

/** Which of the questions an answer is for, and those that are left; `undefined` for an answer to none of them. */
export function answeredBy<Of extends QuestionId>(
  questions: readonly Of[],
  { type, request }: Pick<Answer, 'type' | 'request'>,
): { readonly question: Of; readonly left: readonly Of[] } | undefined {
  const at = questions.findIndex((each) => isOf(each, { type: questionOf[type], request }))
  const question = questions[at]
  return question && { question, left: questions.toSpliced(at, 1) }
}

/**
 * Choices in the order in which they were asked for, which is that of their answers, and then all others in one order: theirs
 * come in any, so that states which differ in nothing else are the same.
 */
export const inOneOrder = <Of extends QuestionId>(questions: readonly Of[]): readonly Of[] =>
  questions.toSorted((one, other) => {
    const [a, b] = [rankOf(one), rankOf(other)]
    return a < b ? -1 : a > b ? 1 : 0
  })

const rankOf = ({ type, request }: QuestionId): string => (type === 'choose' ? '' : `${type} ${requestText(request)}`)

const isOf = (each: QuestionId, { type, request }: QuestionId): boolean =>
  each.type === type && requestText(each.request) === requestText(request)
