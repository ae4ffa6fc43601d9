const fs = require('node:fs')
const path = require('node:path')
const { pathToFileURL } = require('node:url')
const { preflight } = require('./checks.cjs')
const { endOrphans } = require('./children.cjs')
const { combine, explain } = require('./explain.cjs')
const { hop } = require('./hop.cjs')
const { installDbt, installNodeModules } = require('./install.cjs')
const { withLock } = require('./lock.cjs')
const { programNode, runsOn } = require('./node.cjs')
const places = require('./places.cjs')
const { say, stopwatch, SetupProblem } = require('./speech.cjs')
const { isReadyOrAdopted } = require('./stamp.cjs')
const { endSteps } = require('./step.cjs')

const STILL_MS = 10_000
const INTERRUPTIONS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }
const INSTALLS = { node_modules: installNodeModules, dbt: installDbt }

const missing = () => Object.keys(INSTALLS).filter(part => !isReadyOrAdopted(part))

/** Makes everything ready, then runs the program named first in `argv` (a path inside the repository), if any. */
async function main(argv) {
  try {
    if (missing().length > 0) await setUp()
    if (argv.length > 0) await runProgram(argv)
  } catch (thrown) {
    endSteps()
    const error = explain('npm', thrown)
    process.stderr.write(`\n${error instanceof SetupProblem ? error.message : error.stack}\n`)
    process.exit(1)
  }
}

async function setUp() {
  const problems = preflight(missing())
  if (problems.length > 0) throw new SetupProblem(problems.join('\n'))

  const stop = onInterruption()
  await withLock(async () => {
    await endOrphans()
    await install(missing()) // asked again: whoever held the lock before us may have done it
  })
  stop()
}

async function install(parts) {
  if (parts.length === 0) return

  const seconds = stopwatch()
  fs.writeFileSync(places.log, '')
  const working = new Set(parts)
  const still = setInterval(() => say(`still at work on ${[...working].join(' and ')} (${seconds()} s)`), STILL_MS)
  const done = await Promise.allSettled(parts.map(part => INSTALLS[part]().finally(() => working.delete(part))))
  clearInterval(still)

  const reasons = done.filter(result => result.status === 'rejected').map(result => result.reason)
  const crash = reasons.find(reason => !(reason instanceof SetupProblem))
  if (crash) throw crash
  if (reasons.length > 0) throw combine(reasons)
  say(`everything is ready (${seconds()} s)`)
}

/** Ctrl-C ends the running steps and this process; the next run starts the unfinished parts again. */
function onInterruption() {
  const handlers = Object.entries(INTERRUPTIONS).map(([signal, code]) => {
    const handler = () => {
      endSteps()
      say('interrupted; run the command again to go on')
      process.exit(code)
    }
    process.on(signal, handler)
    return () => process.off(signal, handler)
  })
  return () => {
    for (const remove of handlers) remove()
  }
}

async function runProgram([program, ...args]) {
  const file = path.resolve(places.root, program)
  const node = programNode()
  if (!runsOn(node)) return hop(node, ['--disable-warning=ExperimentalWarning', file, ...args])

  process.argv = [process.argv[0], file, ...args]
  await import(pathToFileURL(file).href)
}

module.exports = { main }
