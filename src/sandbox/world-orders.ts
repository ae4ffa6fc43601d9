import { renameSync, writeFileSync } from 'node:fs'
import type { WorldOrder } from './world.ts'

/** A value of an order line by what it means; the caller says under which header each one goes. */
export type OrderLineField =
  | 'order_id'
  | 'customer_id'
  | 'ordered_at'
  | 'product_id'
  | 'quantity'
  | 'unit_price'
  | 'country'

/** How the file looks: the same headers, in the same order, as the demo's order lines. */
export interface WorldOrdersFormat {
  /** Header → what stands under it, or a constant text for every line. In the file's column order. */
  columns: Readonly<Record<string, OrderLineField | { constant: string }>>
  /** Product of every line; must be one that the demo knows when products are joined. Default `WINBACK`. */
  productId?: string
  /** Country of a customer, where a column asks for one. Default empty. */
  countryOf?: (customerId: string) => string
}

/** Headers of UCI Online Retail, as the demo ships them. */
export const onlineRetailColumns: WorldOrdersFormat['columns'] = {
  InvoiceNo: 'order_id',
  StockCode: 'product_id',
  Quantity: 'quantity',
  InvoiceDate: 'ordered_at',
  UnitPrice: 'unit_price',
  CustomerID: 'customer_id',
  Country: 'country',
}

/**
 * Writes the world's orders as CSV (UTF-8, comma, header first), one line an order with quantity 1 and the amount as unit price.
 * Order ids are `W` + customer id, so a second writing of the same world changes nothing. Replaces the file in one rename. Returns the number of orders.
 */
export function writeWorldOrders(path: string, orders: readonly WorldOrder[], format: WorldOrdersFormat): number {
  const headers = Object.keys(format.columns)
  const line = (order: WorldOrder) =>
    Object.values(format.columns)
      .map(field => quote(typeof field === 'string' ? textOf(order, field, format) : field.constant))
      .join(',')
  writeFileSync(`${path}.new`, `${[headers.map(quote).join(','), ...orders.map(line)].join('\n')}\n`)
  renameSync(`${path}.new`, path)
  return orders.length
}

function textOf(order: WorldOrder, field: OrderLineField, format: WorldOrdersFormat): string {
  const values: Record<OrderLineField, string> = {
    order_id: `W${order.customerId}`,
    customer_id: order.customerId,
    ordered_at: order.orderedAt,
    product_id: format.productId ?? 'WINBACK',
    quantity: '1',
    unit_price: order.amount.toFixed(2),
    country: format.countryOf?.(order.customerId) ?? '',
  }
  return values[field]
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
