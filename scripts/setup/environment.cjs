const path = require('node:path')

// npm run puts node_modules/.bin in front: the Node in there is deleted by `npm ci` while it would run it.
const OWN_FOLDERS = /node_modules[\\/]\.bin[\\/]?$|node-gyp-bin[\\/]?$/
// What an outer npm, Node or virtual environment leaves behind and would mislead an inner one.
const LEFTOVERS =
  /^(npm_(lifecycle|package)_|npm_config_(local_|global_)?prefix$|NODE_OPTIONS$|PYTHON(HOME|PATH)$|VIRTUAL_ENV$)/i

/** A copy of `env` for npm and Python: the machine's own, as if typed in a fresh shell. */
function cleanEnvironment(env = process.env) {
  const clean = {}
  for (const [name, value] of Object.entries(env)) {
    if (!LEFTOVERS.test(name)) clean[name] = /^path$/i.test(name) ? cleanPath(value) : value
  }
  return clean
}

function cleanPath(value) {
  return value
    .split(path.delimiter)
    .filter(folder => !OWN_FOLDERS.test(folder))
    .join(path.delimiter)
}

module.exports = { cleanEnvironment }
