/**
 * What to call a thrown value in a message to people: `RangeError: too large` for an error, its text for anything else.
 * Never throws, whatever was thrown: an object without a prototype, a hostile `toString`, a proxy, a getter that throws.
 */
export function textOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
  } catch {
    return `a thrown ${typeof thrown} that has no text`
  }
}

/** The message of a thrown error alone, or the text of another value. Never throws. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown)
  } catch {
    return textOf(thrown)
  }
}

/** The thrown error itself; any other value becomes the cause of one. Never throws. */
export function errorOf(thrown: unknown): Error {
  return isError(thrown) ? thrown : new Error(textOf(thrown), { cause: thrown })
}

/** A proxy may throw when it is asked for its prototype. */
function isError(thrown: unknown): thrown is Error {
  try {
    return thrown instanceof Error
  } catch {
    return false
  }
}
