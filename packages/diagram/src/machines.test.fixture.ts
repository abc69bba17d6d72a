import { ignore } from '@quorate/core'
import { and, assign, createMachine, not, setup } from '@quorate/core/statechart'

/** One of everything that a statechart may hold. */
export const gate = createMachine({
  id: 'gate',
  description: 'Lets one after the other through.',
  initial: 'closed',
  entry: 'greet',
  on: {
    Break: [{ guard: 'isWeak', target: '.broken' }, { guard: 'isOld', target: '.broken' }, ignore('it holds: for now')],
    Look: { actions: 'show' },
    Reset: '.closed',
  },
  states: {
    closed: {
      on: {
        Open: [
          { guard: and(['isPaid', not('isLate')]), target: 'open', actions: ['lift', assign({})] },
          ignore('pay first'),
        ],
      },
    },
    open: {
      type: 'parallel',
      exit: 'lower',
      after: { patience: 'closed', 2000: { actions: 'warn' } },
      onDone: 'closed',
      states: {
        bar: {
          initial: 'up',
          states: { up: { on: { Pass: { target: 'up', reenter: true, actions: () => {} } } }, down: {} },
        },
        lamp: {
          initial: 'green',
          states: { green: { always: { guard: () => true, target: '#gate.broken' } }, was: { type: 'history' } },
        },
      },
      on: { Leave: { target: 'closed', reenter: true }, Renew: '.lamp' },
    },
    broken: { type: 'final' },
  },
})

/** As a role with a single state is: its cells are all that it has. */
export const acceptor = setup({
  types: {} as { events: { type: 'Prepare' } | { type: 'Accept' } | { type: 'Chosen' } },
  guards: { exceedsPromised: () => true },
  actions: { promise: () => {}, replyNack: () => {}, accept: () => {} },
}).createMachine({
  id: 'acceptor',
  on: {
    Prepare: [{ guard: 'exceedsPromised', actions: 'promise' }, { actions: 'replyNack' }],
    Accept: { actions: 'accept' },
    Chosen: ignore('an acceptor learns nothing'),
  },
})
