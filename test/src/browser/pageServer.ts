import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a page has told. */
export interface Told {
  readonly exports: number
  readonly results: readonly string[]
}

/** Serves one page with a script, tells it which seeds to run, and hears what came of them. */
export class PageServer implements AsyncDisposable {
  readonly #server = createServer((request, response) => {
    void this.#answer(request).then(({ type, body }) => response.setHeader('content-type', type).end(body))
  })
  readonly #script: string
  readonly #jobs: readonly (readonly [name: string, seed: number])[]
  readonly #results: string[] = []
  #exports = 0
  #end: (told: Told) => void = () => {}
  #fail: (error: Error) => void = () => {}
  /** Resolves when the page has run everything. */
  readonly told = new Promise<Told>((resolve, reject) => {
    this.#end = resolve
    this.#fail = reject
  })

  constructor(script: string, jobs: readonly (readonly [name: string, seed: number])[]) {
    this.#script = script
    this.#jobs = jobs
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  async #answer(request: IncomingMessage): Promise<{ readonly type: string; readonly body: string }> {
    const said = await textOf(request)
    switch (request.url) {
      case '/':
        return { type: 'text/html', body: page }
      case '/page.js':
        return { type: 'text/javascript', body: this.#script }
      case '/jobs':
        return { type: 'application/json', body: JSON.stringify(this.#jobs) }
      case '/exports':
        this.#exports = Number(said)
        break
      case '/result':
        this.#results.push(said)
        break
      case '/end':
        this.#end({ exports: this.#exports, results: this.#results })
        break
      case '/failure':
        this.#fail(new Error(`the page failed: ${said}`))
    }
    return { type: 'text/plain', body: '' }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** A script that does not even load is told of, too. */
const page = `<!doctype html><meta charset="utf-8"><title>Quorate</title><script>
  const fail = (text) => fetch('/failure', { method: 'POST', body: text })
  addEventListener('error', ({ message, filename, lineno }) => fail(message + ' (' + filename + ', line ' + lineno + ')'))
  addEventListener('unhandledrejection', ({ reason }) => fail(String(reason && reason.stack || reason)))
</script><script type="module" src="/page.js"></script>`

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}
