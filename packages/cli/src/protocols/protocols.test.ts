import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Check } from '@quorate/checker'
import { isDrawable } from '@quorate/diagram'
import { Chance, takesClients } from '@quorate/simulator'
import { describe, expect, test } from 'vitest'
import { slugOf } from '../mistakes/mistake.js'
import { loadTopology } from '../topologyFile.js'
import type { Absent, Part } from './protocol.js'
import { isAbsent, protocolNames, protocols } from './protocols.js'

/** What is demanded of a protocol that the command knows. What is absent must say why. */

const root = fileURLToPath(new URL('../../../..', import.meta.url))

const loaded = async <T>(part: Part<T> | Absent): Promise<T | undefined> => (isAbsent(part) ? undefined : part())

/** The protocols that packages define, as their groups say. */
const defined = readdirSync(join(root, 'packages')).flatMap((name) => {
  const folder = join(root, 'packages', name, 'src')
  if (name === 'cli' || !existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('.test.'))
    .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/^ +protocol: '([^']+)',$/gm)])
    .map(([, protocol = '']) => protocol)
})

test('every protocol of a package is registered, once', () => {
  expect(defined.length).toBeGreaterThan(0)
  expect(protocolNames.toSorted()).toEqual(defined.toSorted())
})

describe.each(protocols.map((protocol) => [protocol.name, protocol] as const))('%s', (name, protocol) => {
  test('what is absent says why', () => {
    for (const part of Object.values(protocol)) {
      if (isAbsent(part)) expect(part.absent.length).toBeGreaterThan(20)
    }
  })

  /** The groups that its subject may make: not each has all roles. */
  const groups = async () => {
    const subject = await protocol.subject()
    expect(subject.name).toBe(name)
    const made = Array.from({ length: 20 }, (_, at) => subject.make(5, Chance.of(at)))
    return made.map(({ groups, workload }) => {
      expect(Object.keys(groups)).toEqual([name])
      return { group: groups[name]!, workload: workload?.groups?.[name] }
    })
  }

  test('its subject is a group of it that takes something from clients, as its workload says', async () => {
    const workload = await loaded(protocol.workload)
    for (const made of await groups()) {
      expect(made.group.protocol).toBe(name)
      expect(takesClients(made.group)).toBe(true)
      expect(made.workload).toBe(workload)
      expect(workload !== undefined).toBe(made.group.service.type !== 'log')
    }
  })

  test('its questions are those of the service of its groups', async () => {
    const { questions } = protocol
    for (const { group } of await groups()) expect(isAbsent(questions)).toBe(group.service.type !== 'ask')
    if (isAbsent(questions)) return
    const { put } = await questions.load()
    expect(Object.keys(put)).toEqual(questions.forms.map((form) => form.name))
  })

  test('its subject is judged', async () => {
    const { invariants = [] } = await protocol.subject()
    const model = (await loaded(protocol.workload))?.model
    expect(invariants.length + (model ? 1 : 0)).toBeGreaterThan(0)
  })

  test('each of its roles is drawn', async () => {
    const roles = await protocol.roles()
    for (const [role, drawable] of Object.entries(roles)) {
      expect(role === name || role.startsWith(`${name}/`)).toBe(true)
      expect(isDrawable(drawable)).toBe(true)
    }
    const all = new Set((await groups()).flatMap(({ group }) => Object.keys(group.roles)))
    expect(Object.keys(roles)).toHaveLength(all.size)
  })

  test('its models begin', async () => {
    const models = await protocol.models()
    expect(models.length).toBeGreaterThan(0)
    for (const { name: model, defaults, network = 'nondup', make } of models) {
      expect(model === name || model.startsWith(`${name}-`)).toBe(true)
      const check = new Check(make({ parameters: defaults, network, lossy: false, splitWrites: false }), {})
      check.advance(10)
      expect(check.distinct).toBeGreaterThan(0)
    }
  })

  test.each(['checkedMistakes', 'simulatedMistakes'] as const)('%s are its own', async (part) => {
    const mistakes = await loaded<readonly Parameters<typeof slugOf>[0][]>(protocol[part])
    if (!mistakes) return
    expect(mistakes.length).toBeGreaterThan(0)
    for (const mistake of mistakes) expect(slugOf(mistake).startsWith(`${name}-`)).toBe(true)
  })

  test('its demo is a topology whose group kv it orders', async () => {
    const { demo } = protocol
    if (isAbsent(demo)) return
    const { groups } = await loadTopology(join(root, 'examples', demo.example, 'topology.ts'))
    expect(groups['kv']?.protocol).toBe(name)
  })
})
