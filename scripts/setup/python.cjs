const { spawnSync } = require('node:child_process')
const { cleanEnvironment } = require('./environment.cjs')

// dbt/requirements.txt is resolved for these: wheels of every package exist (dbt-core 1.12, duckdb 1.5.5).
const OLDEST = 11
const NEWEST = 14
const RANGE = `Python 3.${OLDEST} to 3.${NEWEST}`
const INSTALL = 'Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python@3.13'

const PROBE = `
import importlib.util, json, sys
has = lambda name: importlib.util.find_spec(name) is not None
print(json.dumps({"path": sys.executable, "version": list(sys.version_info[:2]), "venv": has("venv") and has("ensurepip")}))
`

/**
 * Looks for a Python that can run dbt: WINBACK_PYTHON, else what the PATH offers.
 * Returns { path, version, venv, problem }: `problem` is null, or the one sentence that says what to install.
 */
function findPython() {
  const named = process.env.WINBACK_PYTHON
  const names = named ? [named] : ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.14', 'python']
  const seen = []
  for (const name of names) {
    const python = probe(name)
    if (python && isSupported(python) && (python.venv || hasUv())) return { ...python, problem: null }
    if (python) seen.push(python)
  }
  const best = seen.find(isSupported) ?? seen[0]
  return { ...(best ?? { path: null, version: null, venv: false }), problem: sentence(best, named) }
}

function probe(name) {
  const answer = spawnSync(name, ['-c', PROBE], { encoding: 'utf8', timeout: 10_000, env: cleanEnvironment() })
  try {
    return answer.status === 0 ? JSON.parse(answer.stdout) : null
  } catch {
    return null
  }
}

function isSupported({ version: [major, minor] }) {
  return major === 3 && minor >= OLDEST && minor <= NEWEST
}

function sentence(best, named) {
  if (!best && named) return `dbt needs ${RANGE} and WINBACK_PYTHON (${named}) does not run: name a Python that does.`
  if (!best) return `dbt needs ${RANGE} and there is no python3 on the PATH: install it (${INSTALL}).`

  const it = `Python ${best.version.join('.')} (${best.path})`
  if (!isSupported(best)) {
    return `dbt needs ${RANGE} and the PATH has ${it}: install one beside it (${INSTALL}), or name one in WINBACK_PYTHON.`
  }
  const debian = `Debian, Ubuntu: apt-get install python${best.version.join('.')}-venv`
  return `${it} cannot make virtual environments: install its venv module (${debian}), or put uv on the PATH (https://docs.astral.sh/uv).`
}

let uv = null

/** Is uv on the PATH? It installs in seconds and needs no venv module. WINBACK_NO_UV=1 ignores it. */
function hasUv() {
  uv ??= !process.env.WINBACK_NO_UV && spawnSync('uv', ['--version'], { env: cleanEnvironment() }).status === 0
  return uv
}

/** Python that fails with the reason when the dbt of .venv is damaged. */
const LOAD_DBT = 'import dbt.cli.main, dbt.adapters.duckdb, duckdb'

module.exports = { findPython, hasUv, LOAD_DBT }
