import { type Effect, isDurable, type Message, type StoreWrite } from '@quorate/core'
import type { InvariantFactory } from '@quorate/core/testing'

/** Something an actor has emitted that is not on the disk yet. */
interface Owed {
  readonly order: number
  readonly type: Effect['type']
  /** What the store is given of it: the effect itself, or the bytes of its record. */
  readonly effect: object
  bytes: Uint8Array | undefined
}

interface Actor {
  emitted: number
  owed: Owed[]
  /** One message may be said to several. */
  readonly messages: Map<Message, { readonly order: number; readonly passesAppends: boolean }[]>
}

/** No message leaves before everything durable that its actor emitted earlier, in this step or in any before it, is on the disk. */
export const diskBeforeSpeech: InvariantFactory = ({ group, broken }) => {
  const actors = new Map<string, Actor>()
  const actorOf = (node: string, role: string): Actor => {
    const key = `${node}/${role}`
    const known = actors.get(key)
    if (known) return known
    const actor: Actor = { emitted: 0, owed: [], messages: new Map() }
    actors.set(key, actor)
    return actor
  }

  const written = (actor: Actor, { operations }: StoreWrite): void => {
    for (const operation of operations) {
      const what = operation.type === 'persist' ? operation.record : operation
      actor.owed = actor.owed.filter(({ effect, bytes }) => effect !== what && bytes !== what)
    }
  }

  return {
    name: 'Disk Before Speech',
    source:
      'Ongaro and Ousterhout (2014), Figure 2: "updated on stable storage before responding to RPCs"; Lamport, "Paxos Made Simple" (2001), section 2.5',
    isGeneral: true,
    emitted({ node, role }, effect) {
      const actor = actorOf(node, role)
      const order = ++actor.emitted
      if (isDurable(effect)) {
        const what = effect.type === 'persist' ? (effect.record as object) : effect
        actor.owed.push({ order, type: effect.type, effect: what, bytes: undefined })
      } else if (effect.type === 'send') {
        const said = actor.messages.get(effect.message) ?? []
        said.push({ order, passesAppends: effect.passes === 'append' })
        actor.messages.set(effect.message, said)
      }
    },
    recorded({ node, role }, record, bytes) {
      const owed = actorOf(node, role).owed.find(({ effect, bytes: known }) => effect === record && !known)
      if (owed) owed.bytes = bytes
    },
    durable(node, writes) {
      for (const write of writes) {
        const [of, role] = write.key.split('/')
        if (of === group && role !== undefined) written(actorOf(node, role), write)
      }
    },
    spoke({ node, role }, message) {
      const actor = actorOf(node, role)
      const emissions = actor.messages.get(message)
      const said = emissions?.shift()
      if (!said) {
        broken(`${role} on ${node} says ${message.type}, which it never emitted, or says again`)
        return
      }
      if (emissions?.length === 0) actor.messages.delete(message)
      const owed = actor.owed.find(
        ({ order, type }) => order < said.order && !(said.passesAppends && type === 'append'),
      )
      if (owed) broken(`${role} on ${node} says ${message.type} before the ${owed.type} ahead of it is on the disk`)
    },
    ended(node) {
      for (const key of actors.keys()) if (key.startsWith(`${node}/`)) actors.delete(key)
    },
  }
}
