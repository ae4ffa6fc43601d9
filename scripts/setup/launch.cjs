const module_ = require('node:module')
const path = require('node:path')
const { pathToFileURL } = require('node:url')
const { hop } = require('./hop.cjs')
const { programNode, runsOn } = require('./node.cjs')
const places = require('./places.cjs')
const { SetupProblem } = require('./speech.cjs')
const { isReadyOrAdopted } = require('./stamp.cjs')

const BIN = places.at('bin', 'winback.cjs')
const QUIET = '--disable-warning=ExperimentalWarning' // Node 22 warns that it strips types

/** Runs the command line: in this process when its Node is the right one, else in one that takes its place. */
async function launch(argv) {
  try {
    if (!isSetUp()) return await withoutSetUp(argv)

    const node = programNode()
    const warns = Number(process.versions.node.split('.')[0]) < 24 && !process.execArgv.includes(QUIET)
    if (!runsOn(node) || warns) return hop(node, [QUIET, BIN, ...argv])

    module_.enableCompileCache?.(path.join(places.nodeModules, '.cache', 'compiled'))
    const { main } = await import(pathToFileURL(places.at('src', 'cli', 'main.ts')).href)
    process.exitCode = await main(argv)
  } catch (error) {
    process.stderr.write(`${error instanceof SetupProblem ? error.message : error.stack}\n`)
    process.exitCode = 1
  }
}

function isSetUp() {
  return ['node_modules', 'dbt'].every(isReadyOrAdopted)
}

async function withoutSetUp(argv) {
  if (argv.includes('doctor')) {
    process.exitCode = await require('./report.cjs').report(argv)
    return
  }
  throw new SetupProblem(
    `Winback is not set up, or its pinned packages have changed: run \`npm start\` in ${places.root}, or \`node scripts/ensure.cjs\` there for the set-up alone.`,
  )
}

module.exports = { launch }
