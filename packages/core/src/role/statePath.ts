/** `{ follower: { following: 'led' } }` is `follower.following.led`; of parallel regions only the parent is named. */
export function statePath(value: unknown): string {
  if (typeof value === 'string') return value
  const [first, ...others] = Object.entries(value as object)
  if (!first || others.length > 0) return ''
  const [name, inner] = first
  const rest = statePath(inner)
  return rest ? `${name}.${rest}` : name
}
