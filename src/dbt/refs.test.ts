import { expect, it } from 'vitest'
import { Manifest } from './artifacts.ts'
import { readsSources, resolveRefs } from './refs.ts'

const node = (id: string, name: string, materialized: string, on: string[]) => ({
  unique_id: id,
  name,
  resource_type: 'model',
  relation_name: `"warehouse"."winback"."${name}"`,
  config: { materialized },
  depends_on: { nodes: on },
})
const manifest = Manifest.parse({
  metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json' },
  nodes: {
    'model.w.stg': node('model.w.stg', 'stg', 'view', ['source.w.raw.csv_orders']),
    'model.w.orders': node('model.w.orders', 'orders', 'table', ['model.w.stg']),
    'model.w.recent': node('model.w.recent', 'recent', 'view', ['model.w.orders']),
    'model.w.near_raw': node('model.w.near_raw', 'near_raw', 'view', ['model.w.recent', 'model.w.stg']),
  },
  sources: {
    'source.w.raw.csv_orders': {
      unique_id: 'source.w.raw.csv_orders',
      name: 'csv_orders',
      source_name: 'raw',
      resource_type: 'source',
      relation_name: '"raw"."winback_raw"."csv_orders"',
    },
  },
})

it('puts relations in place of refs and sources, however they are written', () => {
  const body = `select * from {{ref("orders")}} join {{ ref( 'w' , 'recent' ) }} using (id) join {{ source('raw', 'csv_orders') }} using (id)`
  expect(resolveRefs(manifest, body)).toEqual({
    text: 'select * from "warehouse"."winback"."orders" join "warehouse"."winback"."recent" using (id) join "raw"."winback_raw"."csv_orders" using (id)',
    nodes: ['model.w.orders', 'model.w.recent', 'source.w.raw.csv_orders'],
  })
})

it.each([
  ["{{ ref('order') }}", "No model 'order'"],
  ["{{ source('raw', 'x') }}", 'No source'],
  ["{{ ref('orders' ~ 'x') }}", 'Only {{ ref('],
  ['{% if true %}select 1{% endif %}', 'Only {{ ref('],
])('refuses %s', (body, message) => {
  expect(() => resolveRefs(manifest, body)).toThrow(message)
})

it('knows which models need the raw files: views over views over sources, not tables', () => {
  expect(readsSources(manifest, ['model.w.orders', 'model.w.recent'])).toBe(false)
  expect(readsSources(manifest, ['model.w.stg'])).toBe(true)
  expect(readsSources(manifest, ['model.w.near_raw'])).toBe(true)
})
