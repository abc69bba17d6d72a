/**
 * Promises that follow from one another need a turn each; a macrotask lets all of them run. Here the simulation meets the
 * platform: Node has `setImmediate`, and a browser messages, which are not held back as its timers are.
 */
// biome-ignore lint/style/noRestrictedGlobals: this is the default at the edge.
const nextMacrotask = typeof setImmediate === 'function' ? setImmediate : byMessages()

export const turnOfPromises = (): Promise<void> => new Promise((resolve) => nextMacrotask(resolve))

function byMessages(): (run: () => void) => void {
  const { port1, port2 } = new MessageChannel()
  // The types are those of Node, whose ports have no such property.
  const hearing: { onmessage?: () => void } = port1 as object
  const waiting: (() => void)[] = []
  hearing.onmessage = () => waiting.shift()?.()
  return (run) => {
    waiting.push(run)
    port2.postMessage(undefined)
  }
}
