import { join } from 'node:path'
import { sharedData } from './dbt-workbench.ts'

/** Statements that land Online Retail as order lines of a brand, as `winback import` would: London time, four cents of a penny kept. */
export function onlineRetail(brand: string): string[] {
  const file = join(sharedData, 'online_retail.csv.gz')
  return [
    `create table raw.winback_raw.csv_order_lines as
    select
      '${brand}' as brand, 'csv' as source, InvoiceNo as order_id, cast(null as text) as line_id,
      cast(Quantity as decimal(18, 4)) as quantity, cast(null as decimal(18, 6)) as line_amount, StockCode as product_id,
      Description as product_name, CustomerID as customer_id,
      timezone('UTC', timezone('Europe/London', cast(InvoiceDate as timestamp))) as ordered_at, 'GBP' as currency,
      Country as country_code, cast(UnitPrice as decimal(18, 6)) as unit_price,
      'online_retail.csv.gz' as _file, row_number() over () as _line, timestamp '2011-12-10 00:00:00' as _loaded_at
    from read_csv('${file}', all_varchar = true, header = true, nullstr = ['', 'NA'])`,
  ]
}

/** Statements that land the CDNOW orders (no order id, days without a time) of both files, each as a brand of its own. */
export function cdnow(master: string, sample: string): string[] {
  const orders = (brand: string, file: string, fields: readonly [number, number, number]) => `
    select
      '${brand}' as brand, 'csv' as source, cast(null as text) as order_id,
      strptime(words[${fields[1]}], '%Y%m%d') as ordered_at, words[${fields[0]}] as customer_id,
      cast(words[${fields[2]}] as decimal(18, 4)) as total_amount, 'USD' as currency,
      '${file}' as _file, row_number() over () as _line, timestamp '1998-07-01 00:00:00' as _loaded_at
    from (
      select regexp_extract_all(line, '\\S+') as words
      from read_csv('${join(sharedData, file)}', columns = {'line': 'text'}, delim = '\\x1f', header = false, quote = '', escape = '')
    ) as split
    where regexp_full_match(words[1], '[0-9]+')`
  return [
    `create table raw.winback_raw.csv_orders as
    ${orders(master, 'CDNOW_master.txt.gz', [1, 2, 4])}
    union all
    ${orders(sample, 'CDNOW_sample.txt', [1, 3, 5])}`,
  ]
}
