import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeWarehouse } from './data.ts'

// `npm run bench [-- --rows 1000000 --repeat 3]`: the engine beside a bare loop, in one run, alternating; each side is a
// process of its own, the sink another. Ratios travel between machines, seconds do not.
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    repeat: { type: 'string', default: '3' },
    raw: { type: 'boolean', default: false },
  },
})
const rows = Number(values.rows)
const repeat = Number(values.repeat)
const folder = await mkdtemp(join(tmpdir(), 'winback-bench-'))
const here = (file: string) => new URL(file, import.meta.url).pathname

interface Measured {
  wall: number
  rssMb: number
  cpuS: number
  run: {
    status: string
    planned: { upserts: number; removes: number }
    accepted: { upserts: number; removes: number }
    requests: { write: number; lookup: number; poll: number }
    seconds: number
    phases: Record<string, number>
  }
  seconds: number
  rows: number
}

async function child(file: string, ...args: string[]): Promise<Measured> {
  const started = performance.now()
  const process_ = spawn(process.execPath, [here(file), ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  for await (const chunk of process_.stdout) text += chunk
  if (text === '') throw new Error(`${file} failed`)
  return { ...JSON.parse(text), wall: (performance.now() - started) / 1000 }
}

async function startSink(): Promise<{ url: string; process: ChildProcess }> {
  const sink = spawn(process.execPath, [here('sink.ts')], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const port = await new Promise<string>(resolve => sink.stdout?.once('data', data => resolve(String(data).trim())))
  return { url: `http://127.0.0.1:${port}`, process: sink }
}

const median = (list: number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN
const print = (label: string, value: string, note = '') =>
  process.stdout.write(`${label.padEnd(58)}${value.padStart(12)}  ${note}\n`)

const sink = await startSink()
try {
  process.stdout.write(`${rows.toLocaleString('en-GB')} members, ${repeat} rounds, medians\n\n`)
  const change = await writeWarehouse(join(folder, 'warehouse.duckdb'), rows)
  const bare: Measured[] = []
  const first: Measured[] = []
  const second: Measured[] = []
  const third: Measured[] = []
  const joins: Measured[] = []
  for (let round = 0; round < repeat; round++) {
    bare.push(await child('baseline.ts', join(folder, 'warehouse.duckdb'), sink.url))
    const state = join(folder, `round-${round}`)
    await cp(join(folder, 'warehouse.duckdb'), join(state, 'warehouse.duckdb'))
    first.push(await child('engine.ts', state, sink.url, 'members_1'))
    joins.push(await child('join.ts', join(folder, 'warehouse.duckdb')))
    second.push(await child('engine.ts', state, sink.url, 'members_2'))
    third.push(await child('engine.ts', state, sink.url, 'members_1'))
    await rm(state, { recursive: true })
  }
  const ratio = median(first.map((engine, i) => (bare[i]?.wall ?? 0) / engine.wall))
  const cpu = median(first.map((engine, i) => engine.cpuS / (bare[i]?.cpuS ?? 1)))
  const engine = first[0]?.run
  const diff = second[0]?.run
  print(
    'first sync: rows/s over the bare loop’s (≥ 1.0)',
    `${ratio.toFixed(2)} ×`,
    `${first.map((one, i) => ((bare[i]?.wall ?? 0) / one.wall).toFixed(2)).join(', ')}`,
  )
  print('first sync: CPU seconds over the bare loop’s', `${cpu.toFixed(2)} ×`)
  print(
    'first sync: peak RSS (≤ 400 MB)',
    `${Math.max(...first.map(one => one.rssMb)).toFixed(0)} MB`,
    `bare loop ${Math.max(...bare.map(one => one.rssMb)).toFixed(0)} MB`,
  )
  print(
    'first sync: write requests / fewest possible',
    `${engine?.requests.write} / ${Math.ceil(rows / 10_000)}`,
    `and ${engine?.requests.poll} polls; ${engine?.status}`,
  )
  const fewest = Math.ceil((change.changed + change.added) / 10_000) + Math.ceil(change.gone / 1_000)
  print(
    '1 % change: rows sent / rows that changed',
    `${(diff?.accepted.upserts ?? 0) + (diff?.accepted.removes ?? 0)} / ${change.changed + change.added + change.gone}`,
    `${diff?.planned.upserts} upserts, ${diff?.planned.removes} removals`,
  )
  print(
    '1 % change: write requests / fewest possible',
    `${diff?.requests.write} / ${fewest}`,
    `and ${diff?.requests.lookup} look-ups, ${diff?.requests.poll} polls`,
  )
  const engineSeconds = median(second.map(one => one.run.seconds))
  const bareJoin = median(joins.map(one => one.seconds))
  print(
    '1 % change, second run ever: engine (≤ 2 s)',
    `${engineSeconds.toFixed(2)} s`,
    `wall with start ${median(second.map(one => one.wall)).toFixed(2)} s, RSS ${Math.max(...second.map(one => one.rssMb)).toFixed(0)} MB`,
  )
  print(
    '1 % change, third run: engine (≤ 2 s)',
    `${median(third.map(one => one.run.seconds)).toFixed(2)} s`,
    `RSS ${Math.max(...third.map(one => one.rssMb)).toFixed(0)} MB`,
  )
  print(
    'plan over DuckDB’s own FULL JOIN of the tables, third run',
    `${(median(third.map(one => one.run.phases.plan ?? 0)) / bareJoin).toFixed(1)} ×`,
    `second run: ${(median(second.map(one => one.run.phases.plan ?? 0)) / bareJoin).toFixed(1)} ×`,
  )
  const phases = Object.entries(first[0]?.run.phases ?? {})
  const whole = phases.reduce((sum, [, seconds]) => sum + seconds, 0)
  print(
    'first sync, share of each phase',
    '',
    phases.map(([name, seconds]) => `${name} ${((100 * seconds) / whole).toFixed(0)} %`).join(', '),
  )
  if (values.raw) process.stdout.write(`${JSON.stringify({ bare, first, second, third, joins })}\n`)
} finally {
  sink.process.kill()
  await rm(folder, { recursive: true, force: true })
}
