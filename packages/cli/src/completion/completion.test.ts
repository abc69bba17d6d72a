import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCaptured } from '../captured.test.fixture.js'
import { protocolNames } from '../protocols/protocols.js'

const words = async (...typed: string[]) =>
  (await runCaptured(['completion', 'words', '--', ...typed])).out.split('\n').filter((word) => word !== '')

test.each([
  [[''], ['up', 'kv', 'status', 'completion']],
  [['s'], ['status', 'sim']],
  [
    ['kv', ''],
    ['get', 'put', 'delete', 'cas', 'range'],
  ],
  [['kv', 'get', '--st'], ['--stale']],
  [['sim', ''], [...protocolNames]],
  [['sim', '--fa'], ['--faults']],
  [['sim', 'raft', '--faults', 'ne'], ['network']],
  [
    ['sim', '--runs', '3', '--faults', ''],
    ['none', 'network', 'crash', 'disk', 'all'],
  ],
  [['demo', 'mu'], ['multi-paxos']],
  [['completion', 'b'], ['bash']],
])('after %j comes %j', async (typed, expected) => {
  expect(await words(...typed)).toEqual(expect.arrayContaining(expected))
})

test.each([[['up', 'topo']], [['sim', './']], [['sim', '--trace', '']], [['kv', 'get', 'a', '']]])(
  'after %j anything may come: nothing is offered',
  async (typed) => {
    expect(await words(...typed)).toEqual([])
  },
)

describe.each(['bash', 'zsh', 'fish'])('%s', (shell) => {
  test('the script asks the program', async () => {
    const { code, out } = await runCaptured(['completion', shell])
    expect(code).toBe(0)
    expect(out).toContain('quorate completion words --')
  })

  test('the shell can read it, where it is here', async () => {
    const isHere = spawnSync(shell, ['--version']).error === undefined
    expect(isHere || shell !== 'bash').toBe(true)
    const { out } = await runCaptured(['completion', shell])
    if (!isHere) return
    const path = join(mkdtempSync(join(tmpdir(), 'quorate-completion-')), 'script')
    writeFileSync(path, out)
    execFileSync(shell, ['-n', path])
    rmSync(dirname(path), { recursive: true })
  })
})

test('bash completes', async () => {
  const { out } = await runCaptured(['completion', 'bash'])
  const asked = `quorate() { echo "$@" >&2; printf 'status\\nsim\\n'; }
    ${out}
    exec 2>&1; COMP_WORDS=(quorate kv 's'); COMP_CWORD=2
    _quorate; echo "\${#COMPREPLY[@]} \${COMPREPLY[1]}"`
  expect(execFileSync('bash', ['-c', asked], { encoding: 'utf8' })).toBe('2 sim\n')
})
