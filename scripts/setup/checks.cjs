const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const net = require('node:net')
const { installedPackages } = require('./adopt.cjs')
const { cleanEnvironment } = require('./environment.cjs')
const { bundledNode, isNewEnough, platformCarriesNode, programNode, tooOld } = require('./node.cjs')
const { pins } = require('./pins.cjs')
const places = require('./places.cjs')
const { findPython, hasUv, LOAD_DBT } = require('./python.cjs')
const { isReady } = require('./stamp.cjs')

/**
 * One line of `winback doctor`: what was looked at, what was found, and what to do about it (empty when all is well).
 * @typedef {{ name: string, status: 'ok' | 'warn' | 'fail', found: string, fix: string }} Check
 */

// Measured 2026-11: node_modules 490 MB, .venv 230 MB, and pip and npm hold a copy of each download meanwhile.
const INSTALL_BYTES = 1.5e9
const WORK_BYTES = 1e9
const PORTS = [{ port: 4010, use: 'winback sandbox klaviyo' }]
const SHOWN_PACKAGES = ['dbt-core', 'dbt-duckdb', 'dbt-postgres', 'dbt-bigquery', 'dbt-snowflake', 'duckdb']
const LOAD_NATIVE = "new (require('better-sqlite3'))(':memory:').close(); require('@duckdb/node-api')"
const RUN_SETUP = 'run `npm start`, or `node scripts/ensure.cjs` for the set-up alone'

const ok = (name, found) => ({ name, status: 'ok', found, fix: '' })
const warn = (name, found, fix) => ({ name, status: 'warn', found, fix })
const fail = (name, found, fix) => ({ name, status: 'fail', found, fix })

/** The Node that runs TypeScript: the repository's own, or this machine's. */
function checkNode() {
  if (fs.existsSync(bundledNode)) return ok('Node', `${versionOf(bundledNode)} of the repository`)
  if (isNewEnough(process.version)) return ok('Node', `${process.version} of this machine`)
  if (platformCarriesNode()) return ok('Node', `${process.version}, enough for the set-up, which brings Node 24`)
  return fail('Node', process.version, tooOld())
}

function checkNpm() {
  const version = versionOf('npm')
  if (version) return ok('npm', version)
  return fail(
    'npm',
    'not found',
    'Winback needs npm to install its packages: install Node 24 with npm (https://nodejs.org).',
  )
}

function checkPython() {
  const python = findPython()
  const found = python.path ? `${python.version.join('.')} (${python.path})` : 'not found'
  return python.problem ? fail('Python', found, python.problem) : ok('Python', found)
}

function checkVenv() {
  const python = findPython()
  if (hasUv()) return ok('venv', 'uv makes the environment')
  if (python.venv) return ok('venv', 'the venv module is there')
  return fail('venv', python.path ? 'no venv module' : 'no Python', python.problem ?? '')
}

/** The packages against the lock file, and whether those with native code load on this machine. */
function checkNodeModules() {
  if (!isReady('node_modules')) {
    const found = fs.existsSync(places.nodeModules) ? 'not those of package-lock.json' : 'not installed'
    return fail('node modules', found, RUN_SETUP)
  }
  const error = errorOf(programNode(), ['-e', LOAD_NATIVE])
  if (error) return fail('node modules', error, `delete node_modules, then ${RUN_SETUP}`)
  return ok('node modules', 'as package-lock.json says')
}

/** The versions inside .venv against dbt/requirements.txt, and whether dbt loads. */
function checkDbt() {
  const installed = installedPackages()
  if (!installed || !fs.existsSync(places.venvPython)) return fail('dbt', 'not installed', RUN_SETUP)

  const wrong = pins().filter(({ name, versions }) => installed.has(name) && !versions.includes(installed.get(name)))
  if (wrong.length > 0) {
    const names = wrong.map(
      ({ name, versions }) => `${name} ${installed.get(name)} instead of ${versions.join(' or ')}`,
    )
    return fail('dbt', names.join(', '), RUN_SETUP)
  }
  if (!isReady('dbt')) return fail('dbt', 'not those of dbt/requirements.txt, or half installed', RUN_SETUP)

  const error = errorOf(places.venvPython, ['-c', LOAD_DBT])
  if (error) return fail('dbt', error, `delete .venv, then ${RUN_SETUP}`)
  const shown = SHOWN_PACKAGES.filter(name => installed.has(name)).map(name => `${name} ${installed.get(name)}`)
  return ok('dbt', shown.join(', '))
}

/** Free space where the clone lies: enough to install while something is to be installed, else enough to work. */
function checkDisk(bytesNeeded = WORK_BYTES) {
  const { bavail, bsize } = fs.statfsSync(places.root)
  const free = `${gigabytes(bavail * bsize)} free`
  if (bavail * bsize >= bytesNeeded) return ok('disk', free)
  const fix = `The disk that holds ${places.root} has ${free}: free at least ${gigabytes(bytesNeeded)} and run the command again.`
  return fail('disk', free, fix)
}

async function checkPort({ port, use }) {
  const error = await new Promise(resolve => {
    const server = net.createServer()
    server.once('error', resolve)
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(null)))
  })
  if (!error) return ok(`port ${port}`, 'free')
  return warn(`port ${port}`, `in use (${error.code})`, `give \`${use}\` another one with --port`)
}

/** What would stop the install of these parts (`node_modules`, `dbt`), as sentences; empty when nothing would. */
function preflight(parts) {
  const checks = [checkDisk(INSTALL_BYTES)]
  if (parts.includes('node_modules')) checks.unshift(checkNode(), checkNpm())
  if (parts.includes('dbt')) checks.push(checkPython())
  return checks.filter(check => check.status === 'fail').map(check => check.fix)
}

/** Everything `winback doctor` shows, in its order. Changes nothing. */
async function checkAll() {
  const ports = await Promise.all(PORTS.map(checkPort))
  return [checkNode(), checkNpm(), checkPython(), checkVenv(), checkNodeModules(), checkDbt(), checkDisk(), ...ports]
}

function versionOf(command) {
  const shell = places.onWindows
  const answer = spawnSync(command, ['--version'], {
    encoding: 'utf8',
    env: cleanEnvironment(),
    timeout: 10_000,
    shell,
  })
  return answer.status === 0 ? answer.stdout.trim() : null
}

/** The line that tells why a program failed, null when it did not. */
function errorOf(command, args) {
  const options = { cwd: places.root, encoding: 'utf8', env: cleanEnvironment(), timeout: 60_000 }
  const answer = spawnSync(command, args, options)
  if (answer.status === 0) return null
  const lines = (answer.stderr ?? '').split('\n').filter(line => /Error\b/.test(line))
  return lines.at(-1)?.trim() ?? answer.error?.message ?? `${command} failed`
}

function gigabytes(bytes) {
  return `${(bytes / 1e9).toFixed(1)} GB`
}

module.exports = { checkAll, preflight }
