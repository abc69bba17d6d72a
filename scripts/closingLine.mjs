/**
 * A vitest reporter that says aloud what was skipped and closes with one line that scripts can read:
 * `12 passed, 0 failed` or `12 passed, 0 failed, 3 skipped`. In CI a skipped test is a failure.
 */
export default class ClosingLine {
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const inState = (state) => tests.filter((test) => test.result().state === state)
    const passed = inState('passed').length
    const skipped = inState('skipped')
    // A file that does not load has no tests that could fail, and a hook is none.
    const groups = [...modules, ...modules.flatMap((module) => [...module.children.allSuites()])]
    const brokenGroups = groups.filter((group) => group.errors().length > 0)
    const failed = inState('failed').length + brokenGroups.length + unhandledErrors.length

    for (const test of skipped) console.log(`skipped: ${test.module.relativeModuleId} > ${test.fullName}${note(test)}`)
    if (skipped.length > 0 && process.env.CI) {
      console.log(
        'A skipped test is a failure in CI: install what it needs (nats-server, strace, chromium) or remove it.',
      )
      process.exitCode = 1
    }
    console.log(`${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`)
  }
}

function note(test) {
  const result = test.result()
  return result.state === 'skipped' && result.note ? ` (${result.note})` : ''
}
