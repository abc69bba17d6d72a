import type { NodeId } from '@quorate/core'
import { type Step, type StepOf, whoLeads } from '../script/script.js'
import type { Appointment } from './agenda.js'
import { trueRate } from './simulatedProcess.js'
import type { World } from './world.js'

/** A fault that lasts until it is ended, or healed. */
interface Lasting {
  /** Nodes and clients; whoever is in the core is healed of it. */
  readonly concerns: readonly string[]
  readonly appointment: Appointment
  end(): void
}

/** How long a crash waits for the effect that it is to prevent. */
const strikeWithinMs = 300

/** Does to a world what a script says, and undoes it. */
export class Faults {
  readonly #world: World
  readonly #lasting = new Set<Lasting>()
  readonly #onHeal: (core: readonly NodeId[]) => void
  /** After the healing: who stays as it is. */
  #core: ReadonlySet<NodeId> | undefined

  constructor(world: World, onHeal: (core: readonly NodeId[]) => void) {
    this.#world = world
    this.#onHeal = onHeal
  }

  do(step: Step): void {
    const world = this.#world
    switch (step.do) {
      case 'operation':
        world.client(step.client).perform(step.operation, step.slot)
        world.woken()
        return
      case 'reconnect':
        this.#world.suffers(step.client, 'client reconnects')
        world.client(step.client).reconnect()
        world.woken()
        return
      case 'heal':
        this.#heal(step)
        return
      case 'crash':
        this.#crash(step)
        return
      case 'powerLoss':
        this.#losePower(step)
        return
      case 'stop':
        this.#stop(step)
        return
      case 'cut':
        this.#cut(step)
        return
      case 'disconnect':
        this.#disconnect(step)
        return
      case 'distance':
        world.note(step.process, `is ${step.ms} ms away`)
        world.network.links.place(step.process, step.ms * 1000)
        return
      default:
        this.#slowOrBreak(step)
    }
  }

  #disconnect({ process, forMs }: StepOf<'disconnect'>): void {
    const world = this.#world
    const name = process === whoLeads ? world.named(process)?.id : process
    if (name === undefined) return
    this.#world.suffers(name, 'disconnection')
    world.network.disconnect(name)
    world.woken()
    this.#until(forMs, [name], () => {
      world.network.reconnect(name)
      world.woken()
    })
  }

  #slowOrBreak(
    step: StepOf<'pause' | 'clockRate' | 'clockJump' | 'wallJump' | 'failSync' | 'fillDisk' | 'slowDisk' | 'slowApply'>,
  ): void {
    const node = this.#world.named(step.node)
    if (!node) return
    const { id } = node
    switch (step.do) {
      case 'pause': {
        const { process } = node
        if (!process || process.isPaused) return
        this.#world.suffers(id, 'pause')
        process.pause()
        this.#until(step.forMs, [id], () => process.resume())
        return
      }
      case 'clockRate':
        this.#world.suffers(id, 'clock rate')
        node.setRate((trueRate / 1000) * step.perMille)
        this.#until(step.forMs, [id], () => node.setRate(trueRate))
        return
      case 'clockJump':
        this.#world.suffers(id, 'clock jump')
        node.process?.jump(step.aheadMs)
        return
      case 'wallJump':
        this.#world.suffers(id, 'wall clock jump')
        node.setWall(step.byMs)
        return
      case 'failSync':
        this.#world.note(id, 'is to fail a sync')
        node.disk.failNextWrite(step.unsynced)
        return
      case 'fillDisk':
        this.#world.note(id, 'has no space left on its disk')
        node.disk.isFull = true
        this.#until(step.forMs, [id], () => {
          node.disk.isFull = false
        })
        return
      case 'slowDisk':
        this.#world.suffers(id, 'slow disk')
        node.disk.extraUs += step.extraMs * 1000
        this.#until(step.forMs, [id], () => {
          node.disk.extraUs -= step.extraMs * 1000
        })
        return
      case 'slowApply':
        this.#world.suffers(id, 'slow apply')
        node.applyUs += step.eachMs * 1000
        this.#until(step.forMs, [id], () => {
          node.applyUs -= step.eachMs * 1000
        })
    }
  }

  #crash({ node: name, afterEffects, before, forMs, unsynced, rot, opensInVain = 0 }: StepOf<'crash'>): void {
    const node = this.#world.named(name)
    const process = node?.process
    if (!node || !process) return
    const { id } = node
    const strike = () => {
      // What was to strike before the healing strikes none of the core after it.
      if (process !== node.process || process.isDead || this.#core?.has(id)) return
      this.#world.suffers(id, 'crash')
      node.crash(unsynced, rot)
      node.openInVain(opensInVain)
      this.#until(forMs, [id], () => node.start())
    }
    process.strikeAfter(afterEffects, before, strike)
    this.#world.later(strikeWithinMs, strike)
  }

  #losePower({ forMs, unsynced }: StepOf<'powerLoss'>): void {
    for (const [id, node] of this.#world.nodes) {
      if (!node.process) continue
      this.#world.suffers(id, 'power loss')
      node.crash(unsynced, undefined)
      this.#until(forMs, [id], () => node.start())
    }
  }

  #stop({ node: name, forMs }: StepOf<'stop'>): void {
    const node = this.#world.named(name)
    if (!node?.isReady) return
    const { id } = node
    this.#world.suffers(id, 'stop')
    node.holdDown()
    node.stop()
    this.#until(forMs, [id], () => {
      // It may hang: whoever looks after it has patience, but not for ever.
      node.crash('lost', undefined)
      node.start()
    })
  }

  #cut({ from, to, forMs, as }: StepOf<'cut'>): void {
    this.#world.suffers(`${from.join(',')}>${to.join(',')}`, as)
    const namesOf = (names: readonly string[]) =>
      names.flatMap((name) => (name === whoLeads ? (this.#world.named(name)?.id ?? []) : name))
    for (const a of namesOf(from)) {
      for (const b of namesOf(to)) {
        if (a === b) continue
        this.#world.network.links.cut(a, b)
        this.#until(forMs, [a, b], () => this.#world.network.links.mend(a, b))
      }
    }
  }

  /** The core is sound from now on, but for links that stay cut. What concerns anybody else stays as it is. */
  #heal({ core, cut = [] }: StepOf<'heal'>): void {
    const world = this.#world
    const sound = new Set([...core])
    this.#core = sound
    world.note('core', `is ${core.join(', ')}`)
    for (const lasting of this.#lasting) {
      world.agenda.cancel(lasting.appointment)
      const others = lasting.concerns.filter((name) => world.nodes.has(name) && !sound.has(name))
      if (others.length === 0) lasting.end()
    }
    this.#lasting.clear()
    for (const link of cut) {
      const [from = '', to = ''] = link.split('>')
      world.note(from, `stays cut off from ${to}`)
      world.network.links.cut(from, to)
    }
    for (const [id, node] of world.nodes) {
      if (!sound.has(id)) {
        node.holdDown()
        continue
      }
      node.disk.spare()
      node.openInVain(0)
      if (!node.process) node.start()
    }
    this.#onHeal(core)
  }

  #until(forMs: number, concerns: readonly string[], end: () => void): void {
    // What would begin after the healing begins only where things fail for good.
    if (this.#core && concerns.some((name) => this.#world.nodes.has(name) && !this.#core?.has(name))) return
    const lasting: Lasting = {
      concerns,
      end,
      appointment: this.#world.later(forMs, () => {
        this.#lasting.delete(lasting)
        end()
      }),
    }
    this.#lasting.add(lasting)
  }
}
