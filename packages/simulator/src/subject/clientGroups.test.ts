import { expect, test } from 'vitest'
import { parseScript } from '../script/scriptText.js'
import { explore } from '../search/explore.js'
import { failureOf } from '../search/findings.js'
import { simulate } from '../world/simulate.js'
import type { SimulationSubject } from './subject.js'
import { paxosSubject, raftSubject, runOf } from './subjects.test.fixture.js'

/** Groups of several kinds on the same nodes. */

const raft = raftSubject()
const paxos = paxosSubject()

/** Nobody asks anything of this one, as of a group whose roles speak with each other only. */
const silent = (subject: SimulationSubject): SimulationSubject => ({
  ...subject,
  make(nodes, chance) {
    const made = subject.make(nodes, chance)
    const groups = Object.entries(made.groups).map(([name, group]) => [
      `quiet-${name}`,
      { ...group, service: { type: 'none' } },
    ])
    return { ...made, groups: Object.fromEntries(groups) }
  },
})

const beside = (...subjects: readonly SimulationSubject[]): SimulationSubject => ({
  ...raft,
  make(nodes, chance) {
    const made = subjects.map((subject) => subject.make(nodes, chance))
    return {
      nodes: made[0]?.nodes ?? [],
      groups: Object.assign({}, ...made.map(({ groups }) => groups)),
      workload: { groups: Object.assign({}, ...made.map(({ workload }) => workload?.groups ?? {})) },
    }
  },
})

test('each client is one of a group that takes something from clients, and each such group must get something done', async () => {
  const result = await explore(runOf(beside(silent(paxos), raft, paxos), 5))
  expect(failureOf(result)).toBeUndefined()
  const asked = new Set(result.history.map(({ f, key }) => `${f} ${String(key).split('/')[0]}`))
  expect([...asked].sort()).toEqual(['cas raft', 'propose paxos', 'read raft', 'write raft'])
})

test('where no group takes anything, clients have nothing to do and to complain of', async () => {
  const result = await explore(runOf(silent(raft), 5))
  expect(failureOf(result)).toBeUndefined()
  expect(result.history).toEqual([])
  expect(result.events).toBeGreaterThan(100)
})

test('a script that names what the cluster does not have is refused', async () => {
  const run = (line: string, subject = raft) =>
    simulate({
      subject,
      script: parseScript(`simulation raft nodes=3 seed=1 variant=1 bootstrap=true endMs=1000\n${line}`),
    })
  await expect(run('at 1 pause node=n9 forMs=1')).rejects.toThrow(
    'the script has a pause of node n9, and there are n1, n2, n3',
  )
  await expect(run('at 1 heal core=[n1,n7]')).rejects.toMatchObject({ code: 'QUORATE_UNFIT_SCRIPT' })
  const write = 'at 1 operation client=c1 f=write key=x value=1'
  await expect(run(write, silent(raft))).rejects.toThrow('no group takes anything from clients')
  await run(write)
  const wrong = (said: string) => run(`at 1 operation client=c1 ${said}`)
  await expect(wrong('f=frobnicate key=x value=1')).rejects.toThrow(
    'client c1 with operation f=frobnicate, and of clients of raft (registers) f is one of read, write, cas',
  )
  await expect(wrong('f=write key=x')).rejects.toThrow(
    'f=write without value=, and of clients of raft (registers) write takes',
  )
  await expect(wrong('f=write key=x value=-1')).rejects.toThrow(
    'value=-1, and of clients of raft (registers) value is a whole',
  )
  await expect(wrong('f=read key=x at=3')).rejects.toThrow(
    'f=read at=3, and of clients of raft (registers) read takes key=',
  )
})
