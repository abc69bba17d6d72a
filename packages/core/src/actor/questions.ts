import type { Answer, OwnRequest, Question } from './effect.js'

/** A text that equal requests have, and no others. */
export const requestText = (request: OwnRequest): string =>
  typeof request === 'number' ? `${request}` : `${JSON.stringify(request.key)}/${requestText(request.request)}`

/** Which question an answer is for. */
const questionOf = { chosen: 'choose', called: 'call', answered: 'ask' } as const satisfies Record<
  Answer['type'],
  Question['type']
>

/** The questions of an actor without an answer, and one more. A choice is drawn at once, so none takes the place of another. */
export function withQuestion(questions: readonly Question[], question: Question): readonly Question[] {
  const isReplaced = (each: Question): boolean => question.type !== 'choose' && isOf(each, question)
  return inOneOrder([...questions.filter((each) => !isReplaced(each)), question])
}

/** The questions that are left; `undefined` for an answer to none of them. */
export function withoutAnswered(questions: readonly Question[], answer: Answer): readonly Question[] | undefined {
  const { request } = answer
  const at = questions.findIndex((each) => isOf(each, { type: questionOf[answer.type], request }))
  return at < 0 ? undefined : questions.toSpliced(at, 1)
}

/**
 * Choices in the order in which they were asked for, which is that of their answers, and then all others in one order: theirs
 * come in any, so that states which differ in nothing else are the same.
 */
export const inOneOrder = (questions: readonly Question[]): readonly Question[] =>
  questions.toSorted((one, other) => {
    const [a, b] = [rankOf(one), rankOf(other)]
    return a < b ? -1 : a > b ? 1 : 0
  })

const rankOf = ({ type, request }: Question): string => (type === 'choose' ? '' : `${type} ${requestText(request)}`)

const isOf = (each: Question, { type, request }: Pick<Question, 'type' | 'request'>): boolean =>
  each.type === type && requestText(each.request) === requestText(request)
