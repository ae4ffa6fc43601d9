const fs = require('node:fs')
const path = require('node:path')
const places = require('./places.cjs')
const { pins, normalName } = require('./pins.cjs')

/** Does npm's own record of node_modules agree with the lock file? False when there is no record. */
function nodeModulesMatch() {
  const wanted = readPackages(places.lockFile)
  const present = readPackages(path.join(places.nodeModules, '.package-lock.json'))
  if (!wanted || !present) return false

  const asLocked = Object.entries(present).every(([name, entry]) => wanted[name]?.version === entry.version)
  const complete = Object.entries(wanted).every(
    ([name, entry]) => name === '' || name in present || entry.optional || entry.devOptional || entry.peer,
  )
  return asLocked && complete
}

function readPackages(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).packages
  } catch {
    return null
  }
}

/** Does .venv hold every pinned Python package at its pinned version, and was it made in this folder? */
function venvMatches() {
  const installed = installedPackages()
  if (!installed || !madeHere()) return false

  return pins().every(({ name, versions, conditional }) =>
    installed.has(name) ? versions.includes(installed.get(name)) : conditional,
  )
}

/** Version by normal name, from the `*.dist-info` folders of .venv; null when there is no .venv. */
function installedPackages() {
  const folder = sitePackages()
  if (!folder) return null

  const found = new Map()
  for (const entry of fs.readdirSync(folder)) {
    const match = /^(.+)-([^-]+)\.dist-info$/.exec(entry)
    if (match) found.set(normalName(match[1]), match[2])
  }
  return found
}

function sitePackages() {
  const lib = path.join(places.venv, places.onWindows ? 'Lib' : 'lib')
  if (!fs.existsSync(lib)) return null
  const python = places.onWindows ? '' : fs.readdirSync(lib).find(name => /^python3\.\d+$/.test(name))
  const folder = python === undefined ? null : path.join(lib, python, 'site-packages')
  return folder && fs.existsSync(folder) ? folder : null
}

function madeHere() {
  try {
    const first = fs.readFileSync(path.join(places.venv, 'bin', 'dbt'), 'utf8').slice(0, 1000)
    return first.includes(places.venv)
  } catch {
    return false
  }
}

module.exports = { nodeModulesMatch, venvMatches, installedPackages }
