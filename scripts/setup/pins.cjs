const fs = require('node:fs')
const places = require('./places.cjs')

/** PEP 503: package names compare in lower case with `-` for any run of `-`, `_` and `.`. */
const normalName = name => name.replace(/[-_.]+/g, '-').toLowerCase()

/**
 * The packages of dbt/requirements.txt by normal name. A package pinned differently for different Pythons has several
 * versions; `conditional` is true when each of its lines has a marker, so that it may rightly be absent.
 */
function pins(text = fs.readFileSync(places.requirements, 'utf8')) {
  const byName = new Map()
  for (const match of text.matchAll(/^([A-Za-z0-9._-]+)==([^\s;\\]+)[ \t]*(;)?/gm)) {
    const name = normalName(match[1])
    const pin = byName.get(name) ?? { name, versions: [], conditional: true }
    pin.versions.push(match[2])
    pin.conditional = pin.conditional && match[3] === ';'
    byName.set(name, pin)
  }
  return [...byName.values()]
}

module.exports = { pins, normalName }
