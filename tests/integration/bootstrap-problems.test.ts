import { existsSync, writeFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { type Clone, makeClone } from '../support/bootstrap-clone.ts'

let clone: Clone
afterEach(() => clone.remove())

/** The error as a person sees it: what follows the progress lines. */
const sentence = (stderr: string) =>
  stderr
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('[setup]'))
    .join('\n')

// Loaded before the set-up, makes it believe that it runs on another machine.
const pretend = (platform: string, version: string) => `
Object.defineProperty(process, 'platform', { value: '${platform}' })
Object.defineProperty(process, 'version', { value: 'v${version}' })
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })
`

describe('a machine that lacks something', () => {
  it.each([
    {
      lacks: 'Python',
      without: ['python3' as const],
      environment: {},
      says: 'dbt needs Python 3.11 to 3.14 and there is no python3 on the PATH: install it (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python@3.13).',
    },
    {
      lacks: 'a Python that is new enough',
      without: [],
      environment: { PYTHON_VERSION: '3, 9' },
      says: 'dbt needs Python 3.11 to 3.14 and the PATH has Python 3.9 (PYTHON): install one beside it (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python@3.13), or name one in WINBACK_PYTHON.',
    },
    {
      lacks: 'the venv module',
      without: [],
      environment: { PYTHON_VENV: 'false' },
      says: 'Python 3.12 (PYTHON) cannot make virtual environments: install its venv module (Debian, Ubuntu: apt-get install python3.12-venv), or put uv on the PATH (https://docs.astral.sh/uv).',
    },
    {
      lacks: 'the Python it was told to use',
      without: [],
      environment: { WINBACK_PYTHON: '/nowhere/python' },
      says: 'dbt needs Python 3.11 to 3.14 and WINBACK_PYTHON (/nowhere/python) does not run: name a Python that does.',
    },
    {
      lacks: 'npm',
      without: ['npm' as const],
      environment: {},
      says: 'Winback needs npm to install its packages: install Node 24 with npm (https://nodejs.org).',
    },
  ])('is told so in one sentence before anything is installed: $lacks', async ({ without, environment, says }) => {
    clone = makeClone({ without })
    const end = await clone.ensure(['echo.mjs'], environment)
    expect(sentence(end.stderr)).toBe(says.replace('PYTHON)', `${clone.file('path/python3')})`))
    expect(end.code).toBe(1)
    expect(end.stdout).toBe('')
    expect(clone.calls()).toEqual([])
  })

  it('is told to connect when npm reaches no registry, keeps the dbt it got, and goes on where it stopped', async () => {
    clone = makeClone()
    const offline = { NPM_FAILS: 'npm error code EAI_AGAIN\nnpm error request to https://registry.example failed' }
    const end = await clone.ensure([], offline)
    expect(sentence(end.stderr)).toBe(
      'The npm registry cannot be reached: connect this machine to the network, or name a mirror ("npm config set registry URL"), and run the command again.',
    )
    expect(end.code).toBe(1)

    const before = clone.calls()
    expect((await clone.ensure()).code).toBe(0)
    expect(clone.calls().slice(before.length)).toEqual(['npm ci'])
  })

  it('is told to connect when pip reaches no index', async () => {
    clone = makeClone()
    const end = await clone.ensure([], {
      PIP_FAILS: 'WARNING: Retrying … Failed to establish a new connection\nERROR: No matching distribution found',
    })
    expect(sentence(end.stderr)).toBe(
      'The Python package index cannot be reached: connect this machine to the network, or name a mirror ("pip config set global.index-url URL"), and run the command again.',
    )
    expect(existsSync(clone.file('.venv/.winback-stamp'))).toBe(false)
  })

  it('is told once when neither can be reached', async () => {
    clone = makeClone()
    const end = await clone.ensure([], { NPM_FAILS: 'npm error code ENOTFOUND', PIP_FAILS: 'Connection refused' })
    expect(sentence(end.stderr)).toBe(
      'Neither the npm registry nor the Python package index can be reached: connect this machine to the network, or name mirrors (docs/install.md), and run the command again.',
    )
  })

  it('hears what a tool said last when the failure is unknown', async () => {
    clone = makeClone()
    const end = await clone.ensure([], { NPM_FAILS: 'npm error odd' })
    expect(sentence(end.stderr)).toBe('npm failed (everything it said is in .setup.log):\nnpm error odd')
  })

  it.each([
    {
      on: 'macOS with Node 20',
      machine: pretend('darwin', '20.11.0'),
      says: `Winback needs Node 22.18 or newer on darwin-${process.arch} and this is v20.11.0: install Node 24 (https://nodejs.org, or "nvm install 24") and run the command again.`,
    },
    {
      on: 'Linux with Node 18',
      machine: pretend('linux', '18.20.4'),
      says: 'Winback needs Node 20 or newer to set itself up and this is v18.20.4: install Node 24 (https://nodejs.org, or "nvm install 24") and run the command again.',
    },
  ])('is told which Node to install before anything is installed: $on', async ({ machine, says }) => {
    clone = makeClone()
    writeFileSync(clone.file('..', 'machine.cjs'), machine)
    const end = await clone.ensure([], { NODE_OPTIONS: `--require "${clone.file('..', 'machine.cjs')}"` })
    expect(sentence(end.stderr)).toBe(says)
    expect(end.code).toBe(1)
    expect(clone.calls()).toEqual([])
  })
})
