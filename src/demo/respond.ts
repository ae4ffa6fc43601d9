import { join } from 'node:path'
import type { Warehouse } from '../../sync/index.ts'
import { worldOrders } from '../sandbox/world.ts'
import { writeWorldOrders } from '../sandbox/world-orders.ts'
import { CAMPAIGN_END, CAMPAIGN_START, WINDOW_DAYS } from './calendar.ts'
import { files, listBuyers, listPastAmounts } from './shop.ts'

/** The world's seed: who answers does not depend on who is held out, so every salt judges the same people. */
export const WORLD_SEED = 'winback demo'

/** What happened in the window, by the maker of the world: the truth that a readout never sees. */
export interface Truth {
  /** Treated people whom the platform really held. */
  delivered: number
  /** Of those, who bought in the real data anyway. */
  boughtAnyway: number
  /** Of those, who ordered because of the campaign: each placed one order that is not in the real data. */
  caused: number
}

/**
 * Writes the orders of those who answer the campaign beside the real ones (numbers `W…`), and returns the truth.
 * The customers in `delivered` are those on the platform's list; a second call with the same people writes the same file.
 */
export async function respond(duck: Warehouse, dir: string, delivered: ReadonlySet<string>, p: number): Promise<Truth> {
  const bought = await listBuyers(duck)
  const past = await listPastAmounts(duck)
  const people = [...delivered].map(customerId => ({
    customerId,
    deliveredOn: CAMPAIGN_START,
    pastOrderAmounts: past.get(customerId) ?? [],
  }))
  const orders = worldOrders(people, {
    seed: WORLD_SEED,
    p,
    windowDays: WINDOW_DAYS,
    endsOn: CAMPAIGN_END,
    bought,
    medianOrderAmount: median([...past.values()].flat()),
  })
  const columns = {
    InvoiceNo: 'order_id',
    StockCode: 'product_id',
    Description: { constant: 'WIN-BACK ORDER OF THE DEMO WORLD' },
    Quantity: 'quantity',
    InvoiceDate: 'ordered_at',
    UnitPrice: 'unit_price',
    CustomerID: 'customer_id',
    Country: 'country',
  } as const
  writeWorldOrders(join(dir, files.world), orders, { columns })
  return {
    delivered: delivered.size,
    boughtAnyway: [...delivered].filter(id => bought.has(id)).length,
    caused: orders.length,
  }
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
