/** What a subscription table needs to know of a subscription. */
export interface Interest {
  /** May hold the wildcards `*`, any one token, and, at the end, `>`, any tokens. */
  readonly subject: string
  /** One of all subscriptions of a queue hears each message; `''` when it is in none. */
  readonly queue: string
}

/** Who hears a message: all of `plain`, and one of each queue. Never changed: it may be walked while others leave. */
export interface Match<T extends Interest> {
  readonly plain: readonly T[]
  readonly queues: ReadonlyMap<string, readonly T[]>
}

interface Node<T extends Interest> {
  match: Match<T>
  readonly children: Map<string, Node<T>>
}

/** Who listens to which subjects: those without wildcards in a map, the others in a tree by token. */
export class Subscriptions<T extends Interest> {
  readonly #literal = new Map<string, Match<T>>()
  readonly #root: Node<T> = newNode()

  add(interest: T): void {
    if (!hasWildcard(interest.subject)) {
      this.#literal.set(interest.subject, withInterest(this.#literal.get(interest.subject) ?? nobody, interest))
      return
    }
    let node = this.#root
    for (const token of interest.subject.split('.')) {
      const child = node.children.get(token) ?? newNode()
      node.children.set(token, child)
      node = child
    }
    node.match = withInterest(node.match, interest)
  }

  remove(interest: T): void {
    if (hasWildcard(interest.subject)) return void removeFrom(this.#root, interest.subject.split('.'), interest)
    const match = this.#literal.get(interest.subject)
    if (!match) return
    const left = withoutInterest(match, interest)
    if (isNobody(left)) this.#literal.delete(interest.subject)
    else this.#literal.set(interest.subject, left)
  }

  /** Who hears a message that is published to `subject`, which has no wildcards. */
  match(subject: string): Match<T> {
    const literal = this.#literal.get(subject) ?? nobody
    if (this.#root.children.size === 0) return literal
    const matches: Match<T>[] = isNobody(literal) ? [] : [literal]
    collect(this.#root, subject.split('.'), 0, matches)
    const [only = nobody] = matches
    return matches.length > 1 ? matches.reduce(joined) : only
  }
}

const nobody: Match<never> = { plain: [], queues: new Map() }

const newNode = <T extends Interest>(): Node<T> => ({ match: nobody, children: new Map() })

const isNobody = (match: Match<Interest>): boolean => match.plain.length === 0 && match.queues.size === 0

const hasWildcard = (subject: string): boolean => subject.includes('*') || subject.includes('>')

const withInterest = <T extends Interest>({ plain, queues }: Match<T>, interest: T): Match<T> =>
  interest.queue === ''
    ? { plain: [...plain, interest], queues }
    : { plain, queues: new Map(queues).set(interest.queue, [...(queues.get(interest.queue) ?? []), interest]) }

const withoutInterest = <T extends Interest>({ plain, queues }: Match<T>, interest: T): Match<T> => {
  if (interest.queue === '') return { plain: plain.filter((each) => each !== interest), queues }
  const others = queues.get(interest.queue)?.filter((each) => each !== interest) ?? []
  const left = new Map(queues).set(interest.queue, others)
  if (others.length === 0) left.delete(interest.queue)
  return { plain, queues: left }
}

/** A queue is one, whatever the subjects its members came by. */
const joined = <T extends Interest>(a: Match<T>, b: Match<T>): Match<T> => {
  const queues = new Map(a.queues)
  for (const [queue, members] of b.queues) queues.set(queue, [...(queues.get(queue) ?? []), ...members])
  return { plain: [...a.plain, ...b.plain], queues }
}

/** Returns whether the node is of no more use. */
const removeFrom = <T extends Interest>(node: Node<T>, tokens: readonly string[], interest: T): boolean => {
  const [token, ...rest] = tokens
  if (token === undefined) {
    node.match = withoutInterest(node.match, interest)
  } else {
    const child = node.children.get(token)
    if (child && removeFrom(child, rest, interest)) node.children.delete(token)
  }
  return node.children.size === 0 && isNobody(node.match)
}

const collect = <T extends Interest>(
  node: Node<T>,
  tokens: readonly string[],
  depth: number,
  found: Match<T>[],
): void => {
  const token = tokens[depth]
  if (token === undefined) {
    if (!isNobody(node.match)) found.push(node.match)
    return
  }
  const rest = node.children.get('>')
  if (rest) found.push(rest.match)
  const any = node.children.get('*')
  if (any) collect(any, tokens, depth + 1, found)
  const same = token === '*' || token === '>' ? undefined : node.children.get(token)
  if (same) collect(same, tokens, depth + 1, found)
}

/** Whether `subject` may be subscribed to: no empty token, `*` and `>` as whole tokens, `>` at the end. */
export function isSubject(subject: string): boolean {
  const tokens = subject.split('.')
  return tokens.every((token, index) => {
    if (token === '>') return index === tokens.length - 1
    return token !== '' && (token === '*' || !hasWildcard(token))
  })
}
