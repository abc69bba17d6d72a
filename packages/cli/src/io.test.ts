import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { PassThrough, Readable, Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { outliveReader } from './io.js'
import { run } from './run.js'

const illegal = ['invoke', 'ok']
  .map((type) => `${JSON.stringify({ process: 1, type, f: 'dequeue', ...(type === 'ok' && { value: 7 }) })}\n`)
  .join('')

/** A process that closes what it reads from, and the pipe to it. */
const deafReader = async () => {
  const script = "require('node:fs').closeSync(0); console.log('deaf'); setInterval(() => {}, 1000)"
  const child = spawn(process.execPath, ['--eval', script], { stdio: ['pipe', 'pipe', 'ignore'] })
  await once(child.stdout, 'data')
  return child
}

test('who stops reading changes no verdict', async () => {
  const reader = await deafReader()
  const stdout = reader.stdin
  const codes: unknown[] = []
  stdout.on('error', ({ code }: NodeJS.ErrnoException) => codes.push(code))
  const failures: Error[] = []
  outliveReader(stdout, (error) => failures.push(error))
  const stdin = Readable.from([Buffer.from(illegal)])
  expect(await run(['lincheck', '-'], { stdin, stdout, stderr: new PassThrough(), exitCode: 0 })).toBe(1)
  while (codes.length === 0) await new Promise((resolve) => setImmediate(resolve))
  reader.kill()
  expect(codes).toEqual(['EPIPE'])
  expect(failures).toEqual([])
})

test('any other failure is told', async () => {
  const full = new Writable({ write: (_bytes, _encoding, done) => done(new Error('no space left')) })
  const failures: string[] = []
  outliveReader(full, ({ message }) => failures.push(message))
  full.write('verdict')
  await new Promise((resolve) => setImmediate(resolve))
  expect(failures).toEqual(['no space left'])
})
