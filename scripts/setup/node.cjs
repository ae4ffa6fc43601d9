const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const places = require('./places.cjs')
const { cleanEnvironment } = require('./environment.cjs')
const { SetupProblem } = require('./speech.cjs')

// The first release that runs TypeScript without a flag (nodejs.org/en/blog/release/v22.18.0).
const MINIMUM = [22, 18]
const MINIMUM_TEXT = MINIMUM.join('.')

/** The Node 24 that the repository carries for this platform (package.json, optionalDependencies); it may not be installed. */
const bundledNode = path.join(places.nodeModules, `node-${places.platform}`, 'bin', 'node')

/** True where package.json names a Node for this platform: Linux with glibc, x64 or arm64. */
function platformCarriesNode() {
  return process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch) && hasGlibc()
}

function hasGlibc() {
  process.report.excludeNetwork = true // its address look-ups can take seconds
  return process.report.getReport().header.glibcVersionRuntime !== undefined
}

function isNewEnough(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number)
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])
}

/** False when the repository's Node should be there and is not. Cheap: looks at one file unless it is missing. */
function bundledNodeIsThere() {
  return fs.existsSync(bundledNode) || !platformCarriesNode()
}

/** The Node that runs our TypeScript: the repository's, else this one. Throws SetupProblem when neither can. */
function programNode() {
  if (fs.existsSync(bundledNode)) return bundledNode
  if (isNewEnough(process.version)) return process.execPath
  throw new SetupProblem(tooOld())
}

/** One sentence for a platform without a carried Node whose own is too old. */
function tooOld() {
  return `Winback needs Node ${MINIMUM_TEXT} or newer on ${places.platform} and this is ${process.version}: install Node 24 (https://nodejs.org, or "nvm install 24") and run the command again.`
}

/** Is the running Node the one that `programNode` would choose? */
function runsOn(node) {
  return fs.realpathSync(node) === fs.realpathSync(process.execPath)
}

/** A Node outside node_modules, which `npm ci` deletes while it works; this one when the PATH has no other. */
function steadyNode() {
  if (!fs.realpathSync(process.execPath).startsWith(places.nodeModules + path.sep)) return process.execPath
  const other = spawnSync('node', ['-p', 'process.execPath'], { encoding: 'utf8', env: cleanEnvironment() })
  return other.status === 0 ? other.stdout.trim() : process.execPath
}

module.exports = {
  MINIMUM_TEXT,
  bundledNode,
  bundledNodeIsThere,
  isNewEnough,
  platformCarriesNode,
  programNode,
  runsOn,
  steadyNode,
  tooOld,
}
