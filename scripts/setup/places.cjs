const path = require('node:path')

/** The repository: the folder above `scripts/`. */
const root = path.join(__dirname, '..', '..')

/** A path inside the repository. */
const at = (...parts) => path.join(root, ...parts)

const onWindows = process.platform === 'win32'

/** Files and folders of the set-up. Everything named `.setup.*` is state of a set-up in progress and ignored by git. */
module.exports = {
  root,
  at,
  onWindows,
  platform: `${process.platform}-${process.arch}`,
  nodeModules: at('node_modules'),
  lockFile: at('package-lock.json'),
  venv: at('.venv'),
  venvPython: at('.venv', ...(onWindows ? ['Scripts', 'python.exe'] : ['bin', 'python'])),
  requirements: at('dbt', 'requirements.txt'),
  lock: at('.setup.lock'),
  children: at('.setup.children'),
  log: at('.setup.log'),
  begun: part => at(`.setup.begun-${part}`),
}
