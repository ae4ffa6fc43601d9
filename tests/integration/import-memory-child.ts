// Run by import-memory.test.ts in a process of its own: imports one file and prints rows, peak memory and processor time.
import { basename } from 'node:path'
import { importSource } from '../../src/import/csv/import-source.ts'
import { openDuckDb } from '../../sync/index.ts'

const [dir = '', file = '', columns = '{}'] = process.argv.slice(2)
const warehouse = await openDuckDb({
  main: { path: `${dir}/${basename(file)}.duckdb`, as: 'raw' },
  attach: [],
  memoryLimitMb: 128,
})
const [loaded] = await importSource({
  warehouse,
  schema: 'raw.winback_raw',
  call: { tag: { runId: 'run_test', purpose: 'measuring' } },
  projectDir: dir,
  spoolDir: `${dir}/spool`,
  brand: { slug: 'acme', currency: 'GBP', timezone: 'Europe/London' },
  source: {
    connector: 'csv',
    name: 'csv',
    files: { order_lines: file },
    columns: { order_lines: JSON.parse(columns) },
  },
  now: '2026-11-22T10:00:00.000Z',
})
await warehouse.close()
// maxRSS is in kilobytes, times are in microseconds (getrusage)
const used = process.resourceUsage()
const cpuSeconds = (used.userCPUTime + used.systemCPUTime) / 1e6
process.stdout.write(JSON.stringify({ rows: loaded?.rows, peakMb: used.maxRSS / 1024, cpuSeconds }))
