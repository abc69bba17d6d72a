/** Whoever started this process, and keeps a channel to it; the channel closes when that process is gone, however it ended. @module */

/** How long a node that is told to leave may take to do so, when nobody waits for it. */
const leaveMsMax = 3000

let leave: () => void = () => process.exit(1)

/** From now on this process does not outlive the one that started it. */
export const watchParent = (): void => {
  if (process.send === undefined) return
  const end = () => {
    setTimeout(() => process.exit(1), leaveMsMax)
    leave()
  }
  if (process.connected) process.once('disconnect', end)
  else end()
}

/** What is done when the parent is gone, in place of ending at once. It must end the process. */
export const whenParentIsGone = (run: () => void): void => {
  leave = run
}
