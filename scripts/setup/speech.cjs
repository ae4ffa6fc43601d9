const { performance } = require('node:perf_hooks')

/** One progress line on stderr: stdout belongs to the program that follows. */
const say = text => process.stderr.write(`[setup] ${text}\n`)

/** A clock started now: call it for the seconds since, as text with one decimal. */
function stopwatch() {
  const started = performance.now()
  return () => ((performance.now() - started) / 1000).toFixed(1)
}

/**
 * A reason to stop that a person can act on: `message` is one sentence that says what to install or change. `isOffline`
 * when it is that a package index cannot be reached.
 */
class SetupProblem extends Error {
  constructor(message, { isOffline = false } = {}) {
    super(message)
    this.isOffline = isOffline
  }
}

module.exports = { say, stopwatch, SetupProblem }
