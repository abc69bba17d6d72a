/** Work in slices: whoever does it may do something else between any two of them. */
export type Slices<T> = Generator<undefined, T, undefined>

/** Does all of it, and nothing else meanwhile. */
export const atOnce = <T>(work: Slices<T>): T => {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}
