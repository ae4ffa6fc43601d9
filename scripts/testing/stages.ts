import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Tally, tallyOne, tallyVitest } from './tally.ts'

const root = join(import.meta.dirname, '..', '..')
const tool = (...path: string[]) => join(root, 'node_modules', ...path)

/** One part of `npm test`: a tool, its arguments, and how its result is counted. */
export interface Stage {
  name: string
  /** A JavaScript file, run by the Node that runs this: the shell's own may be too old. */
  program: string
  args: string[]
  environment: Record<string, string>
  count(exitCode: number): Tally
}

/** Lint, types and tests, cheapest first. `vitestArgs` are file filters and flags for vitest. */
export function stages({ long, vitestArgs }: { long: boolean; vitestArgs: string[] }): Stage[] {
  const folder = mkdtempSync(join(tmpdir(), 'winback-test-'))
  const report = join(folder, 'report.json')
  return [
    simple('lint', tool('@biomejs', 'biome', 'bin', 'biome'), ['check', '.']),
    simple('types', tool('typescript', 'bin', 'tsc'), ['--noEmit']),
    {
      name: long ? 'long tests' : 'tests',
      program: tool('vitest', 'vitest.mjs'),
      args: ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...vitestArgs],
      environment: long ? { WINBACK_LONG_TESTS: '1' } : {},
      count: exitCode => {
        const tally = tallyVitest(readReport(report), exitCode)
        rmSync(folder, { recursive: true, force: true })
        return tally
      },
    },
  ]
}

function simple(name: string, program: string, args: string[]): Stage {
  return { name, program, args, environment: {}, count: tallyOne }
}

function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

/** The environment without the caller's settings of Winback (WINBACK_PROJECT_DIR and the like), which tests must not see. */
function ownSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WINBACK_')))
}

/** Runs a stage with its output shown live, and counts it. */
export async function runStage(stage: Stage): Promise<Tally> {
  console.log(`▸ ${stage.name}`)
  const started = Date.now()
  const exitCode = await new Promise<number>((resolve, reject) => {
    const child = spawn(process.execPath, [stage.program, ...stage.args], {
      cwd: root,
      env: { ...ownSettings(), ...stage.environment },
      stdio: 'inherit',
    })
    child.on('error', reject)
    child.on('exit', code => resolve(code ?? 1))
  })
  const verdict = exitCode === 0 ? 'ok' : 'failed'
  console.log(`▸ ${stage.name} ${verdict} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`)
  return stage.count(exitCode)
}
