import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { QuorateError } from '@quorate/core'
import type { Command } from 'commander'
import { describe, expect, test, vi } from 'vitest'
import { runCaptured } from './captured.test.fixture.js'
import type { Io } from './io.js'
import { printError } from './printError.js'
import { program } from './program.js'

const thisFile = fileURLToPath(import.meta.url)

/** Every command, with those of which it is made, by what is typed. */
const commandsIn = (command: Command, typed: readonly string[] = []): readonly (readonly [string[], Command])[] => [
  [[...typed], command],
  ...command.commands
    .filter((each) => !['help', 'words'].includes(each.name()))
    .flatMap((each) => commandsIn(each, [...typed, each.name()])),
]
const commands = commandsIn(program({} as Io))
const leaves = commands.filter(([, { commands }]) => !commands.some((each) => each.name() !== 'words'))
const flagsOf = ({ options }: Command) => options.map(({ long }) => long)

describe('help', () => {
  test.each(commands)('quorate %j --help: exit codes, and no words on stderr', async (command) => {
    const { code, out, err } = await runCaptured([...command, '--help'])
    expect(code).toBe(0)
    expect(out).toMatch(/^Usage: quorate/)
    expect(out).toContain('Exit codes:')
    expect(err).toBe('')
  })

  test.each(leaves)('quorate %j --help: examples', async (command) => {
    expect((await runCaptured([...command, '--help'])).out).toMatch(/Examples:\n.*quorate /)
  })

  test.each(leaves.filter(([, command]) => flagsOf(command).includes('--nats')))(
    'quorate %j --help: the variable of each connection flag',
    async (command) => {
      const { out } = await runCaptured([...command, '--help'])
      for (const flag of ['nats', 'user', 'password', 'token', 'creds', 'nkey', 'tls-ca', 'tls-cert', 'tls-key']) {
        const suffix = flag === 'nats' ? 'URL' : flag.toUpperCase().replace('-', '_')
        expect(out.replace(/\s+/g, ' ')).toMatch(new RegExp(`--${flag} <[^-]*\\(env: QUORATE_NATS_${suffix}\\)`))
      }
    },
  )

  test.each([[['help']], [['help', 'kv']], [['kv', 'help', 'get']]])('%j is help that was asked for', async (argv) => {
    const { code, out, err } = await runCaptured(argv)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^Usage: quorate/)
  })

  test.each([
    ['of a command of a command', ['help', 'kv', 'put'], 'Usage: quorate kv put '],
    ['of a command, with words for it', ['help', 'sim', 'raft'], 'Usage: quorate sim '],
  ])('%s', async (_what, argv, usage) => {
    const { code, out } = await runCaptured(argv)
    expect(code).toBe(0)
    expect(out.startsWith(usage)).toBe(true)
  })

  test('--version', async () => {
    const { code, out } = await runCaptured(['--version'])
    expect(code).toBe(0)
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

/** What these print is no data: it is a log, a picture or code, or text that was made of JSON lines. */
const withoutJson = ['up', 'trace', 'diagram', 'new role', 'proto', 'completion']

test.each(leaves)('quorate %j prints data as JSON with --json', (typed, command) => {
  expect(flagsOf(command).includes('--json')).toBe(!withoutJson.includes(typed.join(' ')))
})

describe('a command line that is wrong ends with 2 and says what was expected', () => {
  test.each([
    [[], /Usage: quorate/],
    [['kv'], /Usage: quorate kv/],
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['statsu'], /Did you mean status/],
    [['help', 'statsu'], /unknown command 'statsu'\s+\(Did you mean status/],
    [['help', 'kv', 'frobnicate'], /unknown command 'frobnicate'/],
    [['trace', '.'], /it is a directory; name a file in it \[QUORATE_UNREADABLE_FILE\]/],
    [['status', '--frobnicate'], /unknown option '--frobnicate'/],
    [['status', '--output', 'xml'], /Allowed choices are text, json/],
    [['status', '--wait', 'long'], /whole number of at least 1/],
    [['status', 'n1'], /too many arguments/],
    [['demo', 'zab'], /Allowed choices are raft/],
    [['demo', 'paxos'], /Of paxos, it chooses one value, once/],
    [['ask', 'registers!', 'read', 'x'], /group name "registers!".*\[QUORATE_INVALID_NAME\]/],
    [['demo', '--input', 'no-such-file'], /no-such-file cannot be read.*\[QUORATE_UNREADABLE_FILE\]/],
    [['kv', 'get'], /missing required argument 'key'/],
    [['kv', 'put', 'a'], /missing required argument 'value'/],
    [['kv', 'cas', 'a', 'b'], /--if-revision or --if-value/],
    [['kv', 'cas', 'a', 'b', '--if-revision', '-1'], /whole number of at least 0/],
    [['kv', 'range', '--limit', '0'], /whole number of at least 1/],
    [['kv', 'range', '--limit', '9999999999'], /at most 4294967295/],
    [['kv', 'get', 'a', '--nkey', thisFile], /--nkey .* cannot be read: .*\[QUORATE_UNREADABLE_FILE\]/],
    [['kv', 'get', 'a', '--creds', thisFile], /--creds .* cannot be read: .*\[QUORATE_UNREADABLE_FILE\]/],
    [['sim', 'rafft'], /Did you mean raft\?.*\[QUORATE_UNUSABLE_TOPOLOGY\]/],
    [
      ['sim', '--mistake', 'raft-a-voter-that-votes-for-everyone'],
      /run quorate check --mistake raft-a-voter-that-votes-for-everyone \[QUORATE_MISTAKE_OF_OTHER_COMMAND\]/,
    ],
    [
      ['check', '--mistake', 'raft-a-voter-that-forgets-its-vote'],
      /run quorate sim --mistake raft-a-voter-that-forgets-its-vote \[QUORATE_MISTAKE_OF_OTHER_COMMAND\]/,
    ],
    [['status', '--wait-for-leader', 'x'], /whole number of at least 1/],
    [['kv', 'get', 'a', '--timeout', ''], /whole number of at least 1/],
    [['kv', 'get', 'a', '--nats', 'http://localhost'], /\[QUORATE_INVALID_BUS_URL\]/],
    [['kv', 'get', 'a', '--cluster', 'a.b'], /cluster name "a\.b".*\[QUORATE_INVALID_NAME\]/],
    [['kv', 'get', 'a', '--creds', 'no-such-file'], /--creds no-such-file.*\[QUORATE_UNREADABLE_FILE\]/],
    [['kv', 'get', 'a', '--tls-ca', 'no-such-file'], /--tls-ca no-such-file.*\[QUORATE_UNREADABLE_FILE\]/],
    [['new'], /Usage: quorate new/],
    [['new', 'role'], /missing required argument 'name'/],
    [['new', 'role', 'my-role'], /"my-role" is no identifier.*what about myRole\?.*\[QUORATE_INVALID_IDENTIFIER\]/],
    [['proto'], /missing required argument 'file'/],
    [['proto', 'no-such-file.proto'], /no-such-file\.proto cannot be read.*\[QUORATE_UNREADABLE_FILE\]/],
    [['up'], /missing required argument 'topology'/],
    [['up', 'no-such-file.ts'], /no-such-file\.ts.*\[QUORATE_UNUSABLE_TOPOLOGY\]/],
  ])('%j', async (argv, message) => {
    const { code, out, err } = await runCaptured(argv)
    expect(err).toMatch(message)
    expect(err).not.toMatch(/\n\s+at /)
    expect(out).toBe('')
    expect(code).toBe(2)
  })
})

test.each([[['status']], [['kv', 'get', 'a']], [['ask', 'a', 'read', 'b']], [['demo', '--json']]])(
  '%j where no server listens: 4, unreachable',
  async (command) => {
    const { code, err } = await runCaptured([...command, '--nats', 'nats://user:secret@127.0.0.1:1'])
    expect(err).toMatch(/nats:\/\/127\.0\.0\.1:1.*\[QUORATE_BUS_UNREACHABLE\]\n$/)
    expect(err).not.toContain('secret')
    expect(code).toBe(4)
  },
)

test('what an error quotes does not steer the terminal', () => {
  const stderr = new PassThrough()
  printError(
    { stderr } as unknown as Io,
    new QuorateError('QUORATE_TEST', 'found \u001b[2J\u009b2J\r\u0007, then\n\tmore'),
  )
  expect(String(stderr.read())).toMatch(/found {2}\[2J 2J {2}, then\n\tmore \[QUORATE_TEST\]\n$/)
})

test('what nobody expected is one line too; QUORATE_STACK tells more', () => {
  const told = () => {
    const stderr = new PassThrough()
    printError({ stderr } as unknown as Io, new Error('odd'))
    return String(stderr.read())
  }
  expect(told()).toMatch(/^.*unexpected: odd \(QUORATE_STACK=1 tells where\)\n$/)
  vi.stubEnv('QUORATE_STACK', '1')
  expect(told()).toMatch(/\n\s+at /)
  vi.unstubAllEnvs()
})
