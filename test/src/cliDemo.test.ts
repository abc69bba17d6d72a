import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findNatsServer, startBroker } from '@quorate/nats/broker'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CliProcess, offeredAfter, quorate } from './cliProcess.js'

const directory = mkdtempSync(join(tmpdir(), 'quorate-cli-demo-'))
/** Where the demo puts its disks. */
const temporary = join(directory, 'tmp')
/** A PATH with no nats-server on it. */
const noPath = join(directory, 'path')
const variables = { TMPDIR: temporary }

/** Empty lines, lines that are equal, other line ends, no line end at the end. */
const text = `${Array.from({ length: 300 }, (_, at) => (at % 3 === 0 ? '\n' : `line ${at % 7}\r\n`)).join('')}the last`
const lines = 301
const sha256 = createHash('sha256').update(text).digest('hex')
const input = join(directory, 'input.txt')

beforeAll(() => {
  mkdirSync(temporary)
  mkdirSync(noPath)
  writeFileSync(input, text)
})
afterAll(() => rmSync(directory, { recursive: true }))

const expected = (broker: string, protocol = 'raft') => ({
  ok: true,
  protocol,
  broker,
  input: { lines, sha256 },
  nodes: ['n1', 'n2', 'n3'].map((id) => ({ id, applied: lines, sha256 })),
  failoverMs: expect.any(Number),
  writesPerSecond: expect.any(Number),
})

describe('demo', { timeout: 90_000 }, () => {
  test.each(offeredAfter('demo'))(
    '%s, with the embedded broker: every node applied exactly the file; one line of JSON, nothing left behind',
    async (protocol) => {
      const { code, out, err } = await quorate(['demo', protocol, '--json', '--input', input], {
        ...variables,
        PATH: noPath,
      })
      expect(err).toBe('')
      expect(code).toBe(0)
      expect(out.split('\n')).toEqual([expect.any(String), ''])
      const report = JSON.parse(out)
      expect(report).toEqual(expected('embedded', protocol))
      expect(report.failoverMs).toBeGreaterThan(0)
      expect(report.writesPerSecond).toBeGreaterThan(0)
      expect(readdirSync(temporary)).toEqual([])
    },
  )

  test('with a broker that is given, behind a password: nothing else is started, and it says which', async () => {
    const broker = await startBroker({ user: 'me', pass: 'right' })
    const given = { ...variables, QUORATE_NATS_USER: 'me', QUORATE_NATS_PASSWORD: 'right' }
    const { code, out } = await quorate(['demo', '--json', '--input', input, '--nats', broker.url], given)
    await broker.close()
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual(expected(broker.url))
  })

  test('one line is enough, and the disks are kept for who asks for them', async () => {
    const short = join(directory, 'short.txt')
    writeFileSync(short, 'no line end')
    const { code, out } = await quorate(['demo', '--keep', '--input', short], { ...variables, PATH: noPath })
    expect(code).toBe(0)
    expect(out).toMatch(/broker {2}the embedded development broker/)
    expect(out).toMatch(/(n\d) is killed.*\n(?:.*\n)*n\d leads, [\d,]+ ms after the kill; \1 is started again/)
    expect(out).toMatch(/n1 +[0-9a-f]{64} {2}1 line {2}equal/)
    expect(out).toMatch(/every line once, in order\.\n$/)
    const [kept = ''] = readdirSync(temporary)
    expect(readdirSync(join(temporary, kept)).sort()).toEqual(['n1', 'n2', 'n3'])
    rmSync(join(temporary, kept), { recursive: true })
  })

  test('Ctrl-C: 130, and no process and no disk is left', async () => {
    const large = join(directory, 'large.txt')
    writeFileSync(large, 'one of many lines\n'.repeat(2_000_000))
    const demo = new CliProcess(['demo', '--input', large], { ...variables, PATH: noPath })
    await demo.said(/leads/)
    expect(processesOf(temporary)).toHaveLength(3)
    demo.kill('SIGINT')
    expect(await demo.exited).toEqual({ code: 130, signal: null })
    expect(demo.err).toBe('error: interrupted [QUORATE_INTERRUPTED]\n')
    expect(processesOf(temporary)).toEqual([])
    expect(readdirSync(temporary)).toEqual([])
  })

  describe.skipIf(!findNatsServer() && !process.env['CI'])('with nats-server (must be on the PATH)', () => {
    test('every node applied exactly the file', async () => {
      const { code, out } = await quorate(['demo', '--json', '--input', input], variables)
      expect(code).toBe(0)
      expect(JSON.parse(out)).toEqual(expected('nats-server'))
    })
  })
})

/** Nodes whose disks are in this directory. */
const processesOf = (data: string): string[] =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((args) => args.includes('--node') && args.includes(data))
