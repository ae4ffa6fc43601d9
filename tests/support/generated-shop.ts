import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A made-up shop of `customers` people, each with one order of 2025 or a later second one; the same for the same size. */
export interface GeneratedShop {
  dir: string
  /** Customers who order again on 2026-06-15: on the list before, off it after. */
  returning: string[]
}

/**
 * Writes a project folder: winback.yml for the Klaviyo sandbox at `endpoint`, orders, customers, consents and one audience `lapsed`.
 * Every 10th customer comes back on 2026-06-15, every 20th never consented, every 50th has no e-mail.
 */
export function writeGeneratedShop(dir: string, options: { customers: number; endpoint: string }): GeneratedShop {
  mkdirSync(join(dir, 'data'), { recursive: true })
  mkdirSync(join(dir, 'models-sql'), { recursive: true })
  const orders = ['order_id,customer_id,ordered_at,total_amount,status,currency']
  const customers = ['customer_id,email,first_name,country_code,created_at']
  const consents = ['customer_id,channel,state,captured_at']
  const returning: string[] = []
  for (let i = 0; i < options.customers; i++) {
    const id = `c${i}`
    const day = String(1 + (i % 28)).padStart(2, '0')
    const month = String(1 + (i % 12)).padStart(2, '0')
    orders.push(`o${i},${id},2025-${month}-${day} 10:00:00,${20 + (i % 80)}.50,paid,GBP`)
    customers.push(`${id},${i % 50 === 49 ? '' : `${id}@example.com`},Zoë ${i},GB,2025-01-01 00:00:00`)
    consents.push(`${id},email,${i % 20 === 19 ? 'denied' : 'granted'},2025-01-01 00:00:00`)
    if (i % 10 === 0) {
      returning.push(id)
      orders.push(`r${i},${id},2026-06-15 12:00:00,35.00,paid,GBP`)
    }
  }
  writeFileSync(join(dir, 'data', 'orders.csv'), `${orders.join('\n')}\n`)
  writeFileSync(join(dir, 'data', 'customers.csv'), `${customers.join('\n')}\n`)
  writeFileSync(join(dir, 'data', 'consents.csv'), `${consents.join('\n')}\n`)
  writeFileSync(join(dir, 'models-sql', 'lapsed.sql'), audience)
  writeFileSync(join(dir, 'winback.yml'), config(options.endpoint))
  return { dir, returning }
}

const audience = `/*
label: Lapsed
fields: [first_name, days_since_order]
*/
select customer_id, first_name, days_since_order
from {{ ref('customers') }}
where days_since_order > 60
`

const config = (endpoint: string) => `version: 1
brands:
  - slug: acme
    label: Acme
    currency: GBP
    timezone: UTC
    sources:
      - connector: csv
        files: { orders: data/orders.csv, customers: data/customers.csv, consents: data/consents.csv }
    destinations:
      - { slug: klaviyo, type: klaviyo, settings: { apiKey: "\${KLAVIYO_API_KEY}" }, endpoint: "${endpoint}" }
    economics: { grossMarginShare: 0.4 }
`
