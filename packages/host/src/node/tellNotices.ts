import type { Logger, Notice } from '@quorate/core'

/** Logs what is new among the notices of an actor, or has happened again. */
export function tellNotices(
  logger: Logger,
  group: string,
  before: readonly Notice[] = [],
  after: readonly Notice[] = [],
): void {
  if (after === before) return
  for (const { level, text, count = 1 } of after) {
    const known = before.find((notice) => notice.text === text)
    if (!known || (known.count ?? 1) < count) logger[level]({ group }, text)
  }
}
