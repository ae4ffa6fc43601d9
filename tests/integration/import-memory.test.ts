import { once } from 'node:events'
import { createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sharedData } from '../support/shared-data.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'winback-memory-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

async function write(name: string, rows: number): Promise<void> {
  const out = createWriteStream(join(dir, name))
  out.write('order_id,product_id,product_name,quantity,ordered_at,unit_price,customer_id\n')
  for (let i = 0; i < rows; i++) {
    const line = `${i >> 3},P${i % 4000},"SOMETHING NICE, NUMBER ${i % 977}",${i % 12},2024-0${(i % 9) + 1}-11 08:${10 + (i % 50)}:00,${i % 100}.55,${i % 5000}\n`
    if (!out.write(line)) await once(out, 'drain')
  }
  out.end()
  await finished(out)
}

const measure = async (file: string, columns = {}) => {
  const child = join(import.meta.dirname, 'import-memory-child.ts')
  const { stdout } = await execa(process.execPath, [child, dir, file, JSON.stringify(columns)])
  return JSON.parse(stdout) as { rows: number; peakMb: number; cpuSeconds: number }
}

it('needs no more memory for a file four times as large', async () => {
  await write('one.csv', 250_000)
  await write('four.csv', 1_000_000)
  const one = await measure('one.csv')
  const four = await measure('four.csv')
  expect([one.rows, four.rows]).toEqual([250_000, 1_000_000])
  // 60 MB more of text would show as a ratio of 1.2 at least if any of it were kept.
  expect(four.peakMb / one.peakMb).toBeLessThan(1.2)
  expect(four.peakMb).toBeLessThan(550)
}, 180_000)

const retail = join(sharedData, 'online_retail.csv.gz')
if (!existsSync(retail)) console.warn(`SKIPPED: ${retail} is not there; the import’s speed on it is not checked`)

// Wall time depends on what else the machine does; two cores need no longer than this whatever the overlap.
it.skipIf(!existsSync(retail))(
  'imports the raw Online Retail in less than 10 s of processor time',
  async () => {
    const columns = {
      ...{ order_id: 'InvoiceNo', customer_id: 'CustomerID', ordered_at: 'InvoiceDate', quantity: 'Quantity' },
      ...{ unit_price: 'UnitPrice', product_id: 'StockCode', product_name: 'Description', country_code: 'Country' },
    }
    const { rows, cpuSeconds } = await measure(retail, columns)
    expect(rows).toBe(541_909)
    expect(cpuSeconds).toBeLessThan(10)
  },
  120_000,
)
