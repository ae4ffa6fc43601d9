import { type ChildProcess, spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const bundled = `node_modules/node-${process.platform}-${process.arch}/bin`

/** How a finished command of the clone ended. */
export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  seconds: number
}

/** A clone of the repository's set-up alone, with stand-ins for npm and Python on a PATH that holds nothing else. */
export interface Clone {
  dir: string
  file(...path: string[]): string
  /** What npm and Python were asked to install, one line each: `npm ci`, `venv`, `pip install`. */
  calls(): string[]
  start(args: string[], environment?: Record<string, string>): ChildProcess
  /** Runs `node scripts/ensure.cjs ...args` to its end. */
  ensure(args?: string[], environment?: Record<string, string>): Promise<Ended>
  /** Renames the clone's folder. */
  moved(): Clone
  remove(): void
}

// The stand-ins sleep NPM_SLEEP or PIP_SLEEP seconds under a number they write to <tool>.pid, then fail with NPM_FAILS
// or PIP_FAILS on stderr, or make the files that the real tools would make.
const NPM = `#!/bin/sh
PATH=/usr/bin:/bin
if [ "$1" = --version ]; then echo 11.0.0; exit; fi
echo "npm $1" >> calls
echo $$ > npm.pid
sleep "\${NPM_SLEEP:-0}"
if [ -n "$NPM_FAILS" ]; then echo "$NPM_FAILS" >&2; exit 1; fi
rm -rf node_modules
mkdir -p "${bundled}"
ln -s "${process.execPath}" "${bundled}/node"
cp package-lock.json node_modules/.package-lock.json
`
const PYTHON = `#!/bin/sh
PATH=/usr/bin:/bin
case "$2" in
  venv) echo venv >> calls; mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
  pip)
    echo "pip $3" >> calls
    echo $$ > pip.pid
    mkdir -p .venv/lib/python3.12/site-packages/dbt_core-1.12.6.dist-info
    echo "#!$0" > .venv/bin/dbt
    sleep "\${PIP_SLEEP:-0}"
    if [ -n "$PIP_FAILS" ]; then echo "$PIP_FAILS" >&2; exit 1; fi ;;
  *) echo '{"path": "'"$0"'", "version": ['"\${PYTHON_VERSION:-3, 12}"'], "venv": '"\${PYTHON_VENV:-true}"'}' ;;
esac
`
const ECHO = `console.log(JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd() }))\n`

/** Makes a clone in a folder whose name has spaces and letters beyond ASCII. `without` leaves a tool off the PATH. */
export function makeClone({ without = [] }: { without?: ('npm' | 'python3')[] } = {}): Clone {
  const dir = join(mkdtempSync(join(tmpdir(), 'winback bootstrap ')), 'Ünïcode 店')
  const file = (...path: string[]) => join(dir, ...path)
  for (const folder of ['scripts', 'bin']) cpSync(join(root, folder), file(folder), { recursive: true })
  mkdirSync(file('dbt'))
  mkdirSync(file('path'))
  writeFileSync(file('dbt/requirements.txt'), 'dbt-core==1.12.6 \\\n    --hash=sha256:00\n')
  writeFileSync(file('package-lock.json'), lockFile('1.0.0'))
  writeFileSync(file('echo.mjs'), ECHO)
  symlinkSync(process.execPath, file('path/node'))
  if (!without.includes('npm')) writeProgram(file('path/npm'), NPM)
  if (!without.includes('python3')) writeProgram(file('path/python3'), PYTHON)

  return openClone(dir)
}

function openClone(dir: string): Clone {
  const file = (...path: string[]) => join(dir, ...path)
  const start = (args: string[], environment: Record<string, string> = {}) =>
    spawn(file('path/node'), args, { cwd: dir, env: { PATH: file('path'), CI: 'true', ...environment } })
  return {
    dir,
    file,
    start,
    calls: () => (existsSync(file('calls')) ? readFileSync(file('calls'), 'utf8').trim().split('\n') : []),
    ensure: (args = [], environment = {}) => ended(start(['scripts/ensure.cjs', ...args], environment)),
    moved: () => {
      renameSync(dir, `${dir} moved`)
      return openClone(`${dir} moved`)
    },
    remove: () => rmSync(join(dir, '..'), { recursive: true, force: true }),
  }
}

/** A lock file of one package in the given version. */
export function lockFile(version: string): string {
  return JSON.stringify({ packages: { 'node_modules/left': { version } } })
}

/** Waits for the end of a started command. */
export async function ended(child: ChildProcess): Promise<Ended> {
  const started = performance.now()
  const text = { stdout: '', stderr: '' }
  child.stdin?.end()
  child.stdout?.on('data', chunk => (text.stdout += chunk))
  child.stderr?.on('data', chunk => (text.stderr += chunk))
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(resolve =>
    child.on('close', (...result) => resolve(result)),
  )
  return { code, signal, ...text, seconds: (performance.now() - started) / 1000 }
}

/** Waits until `condition` holds; throws after ten seconds. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never came true: ${condition}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

/** The process number that a stand-in wrote down, once it has. */
export async function pidIn(file: string): Promise<number> {
  await until(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'))
  return Number(readFileSync(file, 'utf8'))
}

/** Does this process run? One that ended and waits to be reaped does not. */
export function runs(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !/^\d+ \(.*\) [ZX]/.test(stat)
  } catch {
    return false
  }
}

function writeProgram(file: string, text: string): void {
  writeFileSync(file, text)
  chmodSync(file, 0o755)
}
