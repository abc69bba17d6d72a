import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCaptured } from '../captured.test.fixture.js'
import type { Io } from '../io.js'
import { program } from '../program.js'
import { blocksOf, root } from './blocks.test.fixture.js'

/** Every command that a text for people shows is one that there is. */

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }

interface Shown {
  readonly where: string
  readonly line: string
  /** As a shell takes it apart. */
  readonly words: readonly string[]
}

/** Without what the shell does with the output. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|([^\s'"]+)/g)]
    .map(([, single, double, bare]) => single ?? double ?? bare ?? '')
    .reduce<{ readonly words: string[]; readonly isOver: boolean }>(
      ({ words, isOver }, word) =>
        isOver || /^[|>&]/.test(word) ? { words, isOver: true } : { words: [...words, word], isOver },
      { words: [], isOver: false },
    ).words

const shown: readonly Shown[] = blocksOf('sh').flatMap(({ name, code }) =>
  code
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => {
      const command = /^eval "\$\((.*)\)"$/.exec(line)?.[1] ?? line
      return { where: `${name}: ${line}`, line, words: wordsOf(command) }
    }),
)

/** What is handed to `quorate`; undefined for other programs. */
const quorateOf = (words: readonly string[]): readonly string[] | undefined => {
  const [first, ...rest] = words
  if (first === 'quorate') return rest
  const pnpm = pnpmOf(words)
  if (pnpm?.[0] === 'quorate') return pnpm.slice(1)
  return pnpm?.[0] === 'demo' || pnpm?.[0] === 'sim' ? pnpm : undefined
}

const pnpmOf = ([first, ...rest]: readonly string[]): readonly string[] | undefined => {
  if (first === 'pnpm') return rest
  return first === 'npx' && rest[1] === 'pnpm@12' ? rest.slice(2) : undefined
}

/** The command line with actions that do nothing. */
const parsing = (): { readonly command: Command; readonly said: () => string } => {
  let text = ''
  const sink = { write: (chunk: string) => (text += chunk) } as unknown as Io['stdout']
  const command = program({ stdin: process.stdin, stdout: sink, stderr: sink, exitCode: 0 })
  const still = (each: Command): void => {
    if (each.commands.length === 0) each.action(() => {})
    for (const child of each.commands) still(child as Command)
  }
  still(command)
  return { command, said: () => text }
}

test.each(shown.map((each) => [each.where, each] as const))('%s', async (_where, { words }) => {
  const quorate = quorateOf(words)
  if (quorate === undefined) {
    const pnpm = pnpmOf(words)
    // Others have their own tests, or none of their options are ours.
    if (pnpm) expect([...Object.keys(scripts), 'vitest']).toContain(pnpm[0])
    else expect(['npm install', 'npx vitest']).toContain(words.slice(0, 2).join(' '))
    return
  }
  if (quorate.includes('--help')) return
  const { command, said } = parsing()
  await command.parseAsync([...quorate], { from: 'user' }).catch((error) => {
    throw new Error(`${error.message}\n${said()}`)
  })
})

/** They need no cluster, no file of the reader's, and no more than a moment. */
const short = /^(check$|check paxos-forgetful|completion|diagram (raft|paxos)|sim --mistake list|--help|new role)/

describe('the short ones run', { timeout: 120_000 }, () => {
  const before = process.cwd()
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'quorate-shown-'))
    process.chdir(directory)
  })
  afterAll(() => {
    process.chdir(before)
    rmSync(directory, { recursive: true })
  })

  const commands = new Set(
    shown.flatMap(({ words }) => {
      const quorate = quorateOf(words)?.join(' ') ?? ''
      return short.test(quorate) ? [quorate] : []
    }),
  )

  test('some are short', () => expect(commands.size).toBeGreaterThan(5))

  test.each([...commands])('quorate %s', async (line) => {
    const { code, err } = await runCaptured(line.split(' '))
    expect(err).not.toContain('error')
    expect(code).toBe(line.includes('forgetful') ? 1 : 0)
  })
})
