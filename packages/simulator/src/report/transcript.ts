import { spaceTimeDiagram, type TraceEvent, timeText } from '@quorate/core'
import type { Script } from '../script/script.js'
import { lengthOf } from '../script/scriptLength.js'
import { formatScript } from '../script/scriptText.js'
import type { RunResult } from '../world/simulate.js'

/** What a run shows, in one line: the violation, or that nothing got done. */
export const verdictOf = ({ violation, lacking }: RunResult): string => {
  if (violation) return `${violation.invariant}: ${violation.how} (at ${timeText(violation.atUs)} ms)`
  return lacking === undefined ? 'nothing is wrong' : `${noProgress}: the core was healed, and ${lacking}`
}

/** The name under which a run without progress is told. */
export const noProgress = 'Progress'

/**
 * A script that fails as a person wants to read it, and as it can be replayed: what is wrong, the script, and what happens
 * in it.
 */
export function transcript(
  script: Script,
  result: RunResult,
  trace: readonly TraceEvent[],
  lanes: readonly string[],
): string {
  return [
    `# ${verdictOf(result)}`,
    ...(result.violation ? [`# ${result.violation.source}`] : []),
    `# ${lengthOf(script)} steps. Run it again: quorate sim --replay FILE`,
    formatScript(script),
    '',
    ...marked(spaceTimeDiagram(trace, lanes, undefined, result.violation !== undefined), result).map((line) =>
      `| ${line}`.trimEnd(),
    ),
    '',
    `# ${verdictOf(result)}`,
    '',
  ].join('\n')
}

/** A run ends with the step that breaks an invariant. */
const marked = (picture: readonly string[], { violation }: RunResult): readonly string[] =>
  picture.map((line, at) =>
    violation && at === picture.length - 1 ? `${line}   <== breaks ${violation.invariant}` : line,
  )
