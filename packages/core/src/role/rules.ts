import { BrokenInvariantError } from '../errors/errors.js'

const eventOfRule = new WeakMap<object, string>()

/**
 * Gives the binder of a role: `on('Prepare', (self, message) => ...)` is a rule about one event, typed as that event,
 * that XState takes as a guard, or within `assign(...)` and `emit(...)`. Asked about another event it throws.
 *
 * A rule that several roles share is a plain function `(self: Base, event) => ...`, bound in each role: XState is
 * invariant in the context, so that a shared `assign(...)` does not compile in a role whose context is wider.
 * @throws {@link BrokenInvariantError} `QUORATE_BROKEN_INVARIANT`, from the bound rule, asked about another event.
 */
export function rulesFor<Context, Event extends { readonly type: string }>() {
  // The result is typed as a plain function on purpose: an extra property on the type of a *guard* makes TypeScript
  // lose the literal types of every `emit` in the same `setup`. So the name of the event is kept aside.
  return <const Type extends Event['type'], Result>(
    type: Type,
    rule: (self: Context, event: Extract<Event, { readonly type: Type }>) => Result,
  ): ((args: { context: Context; event: Event }) => Result) => {
    const bound = ({ context, event }: { context: Context; event: Event }): Result => {
      if (!isOfType(event, type)) {
        throw new BrokenInvariantError(`a rule about ${type} was asked about ${event.type}: move it under "${type}"`)
      }
      return rule(context, event)
    }
    eventOfRule.set(bound, type)
    return bound
  }
}

const isOfType = <Event extends { readonly type: string }, Type extends Event['type']>(
  event: Event,
  type: Type,
): event is Extract<Event, { readonly type: Type }> => event.type === type

/** The one event that a rule speaks about, or `undefined` when it was not made by {@link rulesFor}. */
export const eventOf = (rule: object): string | undefined => eventOfRule.get(rule)

/**
 * An empty cell, on purpose: the event changes nothing here, and no parent state handles it either (XState calls this a
 * forbidden transition). The reason is kept as the transition's description, for traces and drawings.
 */
export const ignore = (reason: string): { readonly description: string } => ({ description: reason })
