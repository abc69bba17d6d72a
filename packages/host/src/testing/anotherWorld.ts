/** By how much the other world is later: no unit from a millisecond to a year looks the same in it. */
const laterMs = 500 * 24 * 3_600_000 + 12 * 3_600_000 + 34 * 60_000 + 56_789

/**
 * Runs something, which must be done when it returns, where it is another time and where other random numbers are drawn:
 * what reads the clock or draws comes to another end than here.
 */
export function inAnotherWorld<Value>(run: () => Value): Value {
  const { Date: RealDate, performance: realPerformance } = globalThis
  const realRandom = Math.random
  const realNow = realPerformance.now
  const now = () => RealDate.now() + laterMs
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given, newTarget) => Reflect.construct(target, given.length > 0 ? given : [now()], newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  })
  Math.random = () => (realRandom() + 0.5) % 1
  realPerformance.now = () => realNow.call(realPerformance) + laterMs
  try {
    return run()
  } finally {
    globalThis.Date = RealDate
    Math.random = realRandom
    realPerformance.now = realNow
  }
}
