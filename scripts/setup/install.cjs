const fs = require('node:fs')
const { explain } = require('./explain.cjs')
const places = require('./places.cjs')
const { findPython, hasUv, LOAD_DBT } = require('./python.cjs')
const { say, stopwatch } = require('./speech.cjs')
const { markBegun, writeStamp } = require('./stamp.cjs')
const { runStep, StepFailed } = require('./step.cjs')

// No package of ours needs an install script (package.json, allowScripts; npm before 11.10 does not know that key).
// Three tries within seconds: the default waits a minute before it says that there is no network.
const NPM_CI = [
  ...['ci', '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts', '--include=dev', '--include=optional'],
  ...['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'],
]
// What `npm ci` says when something in node_modules vanished or appeared under its hands: worth one more try.
const DISTURBED = /\b(ENOTEMPTY|EEXIST|ECONNRESET|EBUSY)\b/

// Without dependencies and with hashes: the list is complete, and nothing else is fetched or built (docs/stack.md).
const PINNED = ['--no-deps', '--require-hashes', '--only-binary', ':all:', '-r', places.requirements]

/** Installs node_modules by the lock file. Safe to run over a half-finished install. */
async function installNodeModules() {
  const seconds = stopwatch()
  say('node modules: npm ci …')
  markBegun('node_modules')
  try {
    await runStep('npm', NPM_CI)
  } catch (error) {
    if (!(error instanceof StepFailed && DISTURBED.test(error.output))) throw explain('npm', error)
    say('node modules: npm ci was disturbed; once more from an empty folder')
    fs.rmSync(places.nodeModules, { recursive: true, force: true, maxRetries: 3 })
    await runStep('npm', NPM_CI).catch(again => Promise.reject(explain('npm', again)))
  }
  writeStamp('node_modules')
  say(`node modules: ready (${seconds()} s)`)
}

/** Makes .venv anew with the pinned dbt, by uv when it is on the PATH, else by venv and pip. */
async function installDbt() {
  const seconds = stopwatch()
  const python = findPython()
  const tool = hasUv() ? 'uv' : 'pip'
  say(`dbt: installing with ${tool} on Python ${python.version.join('.')} (${python.path}) …`)
  markBegun('dbt')
  try {
    fs.rmSync(places.venv, { recursive: true, force: true, maxRetries: 3 })
    if (tool === 'uv') await installWithUv(python)
    else await installWithPip(python)
    await runStep(places.venvPython, ['-c', LOAD_DBT])
  } catch (error) {
    throw explain(tool, error)
  }
  writeStamp('dbt')
  say(`dbt: ready (${seconds()} s)`)
}

async function installWithUv(python) {
  await runStep('uv', ['venv', '--quiet', '--no-project', '--python', python.path, places.venv])
  await runStep('uv', ['pip', 'install', '--quiet', '--python', places.venvPython, '--compile-bytecode', ...PINNED])
}

async function installWithPip(python) {
  await runStep(python.path, ['-m', 'venv', places.venv])
  const quiet = ['--quiet', '--no-input', '--disable-pip-version-check', '--progress-bar', 'off', '--retries', '2']
  await runStep(places.venvPython, ['-m', 'pip', 'install', ...quiet, '--compile', ...PINNED])
}

module.exports = { installNodeModules, installDbt }
