import { assign, emit } from '@quorate/core/statechart'
import { register } from '@quorate/register'
import { registerModel } from '../check/models/register.js'
import { type Any, always, type Checked, never, nothing } from './mistake.js'
import type { Pitfall } from './pitfalls.js'

/** Mistakes in the atomic register that the model checker has to find. */

/** One client writes, and another one reads. */
const scope = {
  name: 'register',
  replicas: 3,
  clients: 2,
  writers: [1],
  readers: [2],
  retries: 0,
  crashes: 0,
  writes: 'atomic',
  network: { kind: 'nondup' },
} as const

const twoReaders = { clients: 3, readers: [2, 3] }
const twoWriters = { replicas: 1, clients: 3, writers: [1, 2], readers: [3] }

const single = (
  name: string,
  pitfall: Pitfall,
  role: 'coordinator' | 'replica',
  by: Any,
  changed: Partial<Parameters<typeof registerModel>[0]> = {},
): Checked => {
  const whole = register({ replicas: ['r1'] }).roles[role]?.logic({ below: () => 0 }, 'r1') as Any
  return {
    name: `Register: ${name}`,
    pitfall,
    model: registerModel({ ...scope, ...changed, roles: { [role]: whole.provide(by) } }),
    sound: () => registerModel({ ...scope, ...changed }),
  }
}

const isAnswered = ({ context: { answers } }: Any): boolean => Object.keys(answers).length > 0
const isHeldByQuorum = ({ answers, config }: Any): boolean =>
  config.quorums.phase2.tally(Object.fromEntries(Object.keys(answers).map((node) => [node, true]))) === 'won'

const acknowledgement = ({ from, request }: Any) =>
  ({ type: 'send', to: from, message: { type: 'PropagateReply', request, lapses: [] } }) as const
const row = ({ held, lapses, restored }: Any) => ({ type: 'persist', record: { held, lapses, restored } }) as const

export const registerMistakes: readonly Checked[] = [
  single(
    'a reader that does not write back what it returns',
    'writeBack',
    'coordinator',
    { guards: { isPropagated: ({ context }: Any) => context.asked.body.type === 'read' || isHeldByQuorum(context) } },
    twoReaders,
  ),
  single('a coordinator for which one answer to its query is enough', 'twice', 'coordinator', {
    guards: { isQueried: isAnswered },
  }),
  single('a coordinator for which one acknowledgement is enough', 'twice', 'coordinator', {
    guards: { isPropagated: isAnswered },
  }),
  single(
    'a writer that takes no greater tag than it heard of',
    'tag',
    'coordinator',
    {
      actions: {
        choose: assign(({ context: { held, asked, config } }: Any) => ({
          held:
            asked.body.type === 'read'
              ? held
              : { tag: { sequence: 1, node: config.id, request: asked.request }, value: asked.body.value },
          answers: {},
          asks: 0,
        })),
      },
    },
    twoWriters,
  ),
  single(
    'a replica that takes whatever it is told',
    'earlier',
    'replica',
    { guards: { isLater: always } },
    { ...twoWriters, network: { kind: 'dup' } },
  ),
  single('a replica that does not write down what it is told', 'forgets', 'replica', {
    actions: { persist: nothing },
  }),
  single(
    'a replica that acknowledges before its disk has it',
    'disk',
    'replica',
    {
      actions: {
        persist: emit(({ context, event }: Any) =>
          event.type === 'Propagate' ? acknowledgement(event) : row(context),
        ),
        replyPropagate: emit(({ context, event }: Any) =>
          context.held === event.held ? row(context) : acknowledgement(event),
        ),
      },
    },
    { replicas: 1, crashes: 1, writes: 'split' },
  ),
  single(
    'a replica that answers although its disk lost a write',
    'torn',
    'replica',
    { guards: { isInDoubt: never } },
    { doubts: 1 },
  ),
]
