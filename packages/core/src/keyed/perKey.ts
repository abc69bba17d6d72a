import { limitsOf } from '../group/configuration.js'
import type { Family, Roles } from '../role/become.js'
import type { AnyActorScope, AnyStatechart } from '../role/statechart.js'
import { type AnyEvent, type AnySettings, Instances } from './instances.js'
import type { AnyEach, Keyed, KeyedInput, KeyedLimits, KeyedSettings } from './keyed.js'
import { noticesOf } from './notices.js'
import type { AnySnapshot } from './outcome.js'

const defaults: KeyedLimits = { instancesMax: 16_384, rowsMax: 1_000_000, tableBytesMax: 256 * 1024 * 1024 }

/**
 * Many small instances of one statechart at one address (a transaction, a slot, an object), each found by the key of a message
 * and durable by itself: what an instance persists is its row of the actor's table, and what it begins with.
 *
 * An event for a key without an instance begins one. It is kept as long as there is something to keep: an instance that ended,
 * or that is still in the state it began in, with no timer and no question of its own, is dropped, and begins again from its
 * row with the next event. So a key that is at rest costs its row and nothing else. An instance that is done with its key
 * emits `delete` with it.
 *
 * Instances may send, persist, delete, answer, refuse, choose, call, ask and wait. They have no log and no state machine. An answer is told to
 * the instance that asked; when that has ended, to nobody, and not to the next one of its key.
 *
 * An event from outside for which there is no room changes nothing: its step does not happen, and what `refuse` says of it is
 * emitted instead. Timers and answers are never refused, so an instance may pass a limit by itself, with its own row.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION` for limits that are none.
 */
export function perKey<Each extends AnyEach, Shared, Row>(
  settings: KeyedSettings<Each, Shared, Row>,
): Keyed<Each, Shared> {
  const { id, each } = settings
  const limits = limitsOf(`perKey ${id}`, defaults, settings.limits)
  const instances = new Instances(settings as unknown as AnySettings, limits)
  return {
    id,
    each,
    row: settings.row,
    config: each.config,
    ...chartOf(each),
    getInitialSnapshot: (scope: AnyActorScope, input: KeyedInput<Shared>) => instances.begin(input, scope),
    transition: (snapshot: AnySnapshot, event: AnyEvent, scope: AnyActorScope) =>
      instances.take(snapshot, event, scope),
    notices: (snapshot: AnySnapshot) => noticesOf(id, limits, snapshot),
    provide: (by: never) => perKey({ ...settings, each: each.provide(by) as Each }),
    getPersistedSnapshot: (snapshot: AnySnapshot) => snapshot,
  } as unknown as Keyed<Each, Shared>
}

function chartOf(each: AnyEach): Pick<Keyed<AnyEach>, 'root' | 'roles' | 'initial'> {
  const { root, roles, initial } = each as Partial<AnyStatechart & Family<Roles>>
  return { ...(root && { root }), ...(roles && initial && { roles, initial }) }
}
