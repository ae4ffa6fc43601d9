const crypto = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const places = require('./places.cjs')
const { bundledNodeIsThere } = require('./node.cjs')
const { nodeModulesMatch, venvMatches } = require('./adopt.cjs')

// Raise it when the way of installing changes, so that every clone installs again.
const METHOD = '1'

const PARTS = {
  node_modules: {
    stamp: path.join(places.nodeModules, '.winback-stamp'),
    wanted: () => digest(METHOD, places.platform, readText(places.lockFile)),
    isWhole: () => bundledNodeIsThere(),
    matches: nodeModulesMatch,
  },
  // A virtual environment holds absolute paths, so the folder is part of what it must match.
  dbt: {
    stamp: path.join(places.venv, '.winback-stamp'),
    wanted: () => digest(METHOD, places.platform, places.root, readText(places.requirements)),
    isWhole: () => fs.existsSync(places.venvPython), // follows the link: a Python that was uninstalled is seen
    matches: venvMatches,
  },
}

/** Is this part (`node_modules` or `dbt`) installed as the pinned lists of this commit say? Reads two small files. */
function isReady(part) {
  const { stamp, wanted, isWhole } = PARTS[part]
  return readText(stamp) === wanted() && isWhole()
}

/** Ready, or installed by hand (`npm ci`, `pip install -r`) exactly as pinned: then it is stamped and kept. */
function isReadyOrAdopted(part) {
  if (isReady(part)) return true

  const { isWhole, matches } = PARTS[part]
  const interrupted = fs.existsSync(places.begun(part))
  if (interrupted || !isWhole() || !matches()) return false

  try {
    writeStamp(part)
  } catch {
    // somebody else's clone, which this user may read and not write: it is as good without a stamp
  }
  return true
}

/** Notes that an install begins: until `writeStamp`, what lies there is trusted by nobody. */
function markBegun(part) {
  fs.writeFileSync(places.begun(part), '')
  fs.rmSync(PARTS[part].stamp, { force: true })
}

/** Notes that an install is complete. The last thing an install does. */
function writeStamp(part) {
  fs.writeFileSync(PARTS[part].stamp, PARTS[part].wanted())
  fs.rmSync(places.begun(part), { force: true })
}

function digest(...texts) {
  const hash = crypto.createHash('sha256')
  for (const text of texts) hash.update(`${text}\0`)
  return hash.digest('hex')
}

function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

module.exports = { isReady, isReadyOrAdopted, markBegun, writeStamp }
