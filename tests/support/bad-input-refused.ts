import { rm } from 'node:fs/promises'
import { audience, type Shop } from './bad-input.ts'

/** Input that a command refuses: what it says on stderr, with exit code 2 unless told otherwise, and it changes nothing. */
export interface Refused {
  name: string
  spoil(shop: Shop): Promise<void>
  /** The file of the shop that is put right again. */
  file: string
  command: string[]
  /** Default 2. */
  exitCode?: number
  says: string
}

const ORDERS = 'data/orders.csv'
const HEAD = 'order_id,customer_id,ordered_at,total_amount,status,currency'
const ROW = 'o1,c1,2025-01-01,1,paid,GBP'

const orders = (name: string, text: string, says: string): Refused => ({
  name,
  spoil: shop => shop.write(ORDERS, text),
  file: ORDERS,
  command: ['import'],
  says,
})

/** Files that are wrong as a whole. */
export const refusedFiles: readonly Refused[] = [
  {
    ...orders(
      'a missing file',
      '',
      `✗ data/orders.csv does not exist
  Correct its path under \`files:\` in winback.yml; paths are relative to the project folder.`,
    ),
    spoil: shop => rm(shop.file(ORDERS)),
  },
  orders(
    'an empty file',
    '',
    `✗ data/orders.csv is empty
  Export it again: its first line must name the columns.`,
  ),
  orders(
    'a wrong delimiter',
    `${HEAD}\n${ROW}\n`.replaceAll(',', '§'),
    `✗ data/orders.csv has one column, '${HEAD.replaceAll(',', '§')}', with '§' inside: that is no delimiter we know
  Export it with commas, semicolons, tabs or any other single sign between the columns.`,
  ),
  orders(
    'a missing column',
    `${HEAD.replace('ordered_at', 'order_date')}\n${ROW}\n`,
    `✗ data/orders.csv has no column 'ordered_at', which orders must have
  The nearest is 'order_date': if that is it, write columns: { orders: { ordered_at: order_date } } in winback.yml.`,
  ),
  orders(
    'a column that stands twice',
    `${HEAD.replace('status', 'total_amount')}\n${ROW}\n`,
    `✗ data/orders.csv has the column 'total_amount' twice (places 4 and 5)
  Rename one of them in the file.`,
  ),
]

const config = (name: string, from: string, to: string, command: string[], says: string): Refused => ({
  name,
  spoil: shop => shop.edit('winback.yml', from, to),
  file: 'winback.yml',
  command,
  says,
})

/** A winback.yml or profiles.yml that is wrong. */
export const refusedConfig: readonly Refused[] = [
  config(
    'an unknown key in winback.yml',
    'grossMarginShare',
    'grosMarginShare',
    ['import'],
    `✗ winback.yml:13: unknown key 'grosMarginShare'
  Did you mean 'grossMarginShare'?`,
  ),
  config(
    'a literal secret in winback.yml',
    '${KLAVIYO_API_KEY}',
    'pk_live_1234567890',
    ['sync', 'lapsed'],
    `✗ winback.yml:12: 'apiKey' is a secret and must not stand in the file
  Write apiKey: "\${KLAVIYO_API_KEY}" and set that variable, or put it into .env.`,
  ),
  config(
    'a secret that is not set',
    '${KLAVIYO_API_KEY}',
    '${KLAVIYO_KEY_OF_NOBODY}',
    ['sync', 'lapsed'],
    `✗ Destination 'klaviyo' needs KLAVIYO_KEY_OF_NOBODY, which is not set
  Set it in the environment or in the project's .env.`,
  ),
  config(
    'YAML that does not end',
    'label: Acme',
    'label: "Acme',
    ['build'],
    `✗ winback.yml:5: Missing closing "quote
  Correct the YAML there.`,
  ),
  {
    name: 'a missing profile',
    spoil: shop => rm(shop.file('profiles.yml')),
    file: 'profiles.yml',
    command: ['build'],
    says: `✗ No profiles.yml in SHOP
  Make one with \`winback init\`, or name its folder with --profiles-dir.`,
  },
  {
    name: 'a profile of another name',
    spoil: shop => shop.edit('profiles.yml', 'winback:', 'other:'),
    file: 'profiles.yml',
    command: ['build'],
    says: `✗ profiles.yml:1: no profile 'winback' with outputs
  Known: other. winback.yml names it under warehouse.profile.`,
  },
]

const AUDIENCE = 'models-sql/lapsed.sql'

const lapsed = (name: string, text: string, says: string): Refused => ({
  name,
  spoil: shop => shop.write(AUDIENCE, text),
  file: AUDIENCE,
  command: ['sync', 'lapsed'],
  says,
})

/** Audience SQL that is not one harmless SELECT. */
export const refusedAudiences: readonly Refused[] = [
  lapsed(
    'two statements',
    `${audience('true')};\nselect customer_id, first_name from {{ ref('customers') }}`,
    `✗ models-sql/lapsed.sql:5: there are 2 statements; an audience is one SELECT
  Keep one SELECT of customer_id and the declared fields; it only reads.`,
  ),
  lapsed(
    'DDL',
    audience('true').replace('select', 'create table stolen as select'),
    `✗ models-sql/lapsed.sql:5: this is not a SELECT; an audience is one SELECT
  Keep one SELECT of customer_id and the declared fields; it only reads.`,
  ),
  lapsed(
    'a missing column',
    audience('days_since_ordr > 60'),
    `✗ models-sql/lapsed.sql:7: no column 'days_since_ordr' in customers
  Did you mean 'days_since_order'?`,
  ),
  lapsed(
    'an e-mail among its fields',
    audience('true').replaceAll('first_name', 'email'),
    `✗ models-sql/lapsed.sql:3: field 'email' would carry an identifier
  Take it out: Winback joins each platform’s identifiers itself, from consented customers alone.`,
  ),
  lapsed(
    'an e-mail in its condition',
    audience("email like 'a%'"),
    `✗ models-sql/lapsed.sql:7: column 'email' identifies people
  An audience is customer_id and fields; Winback joins each platform’s identifiers itself.`,
  ),
]

/** A file of which single records cannot be read: the import goes on without them and says which. */
export interface Rejected {
  name: string
  records: string[]
  /** 1 when nothing of the file was good. */
  exitCode: number
  rows: number
  /** By count of records, then file, first line, column and reason. */
  reasons: string[]
}

const NOT_GUESSED =
  "is no ISO date, and which number is the day is not guessed: give its format in winback.yml, such as 'ordered_at:%d/%m/%Y'"

export const rejectedRecords: readonly Rejected[] = [
  {
    name: 'dates that cannot be read',
    records: [ROW, 'o2,c1,01/02/2025,1,paid,GBP', 'o3,c1,,1,paid,GBP'],
    exitCode: 0,
    rows: 1,
    reasons: [`1 data/orders.csv 3 ordered_at ${NOT_GUESSED}`, '1 data/orders.csv 4 ordered_at is empty'],
  },
  {
    name: 'money that cannot be read',
    records: [ROW, 'o2,c1,2025-01-01,ten,paid,GBP', 'o3,c1,2025-01-01,$5,paid,GBP'],
    exitCode: 0,
    rows: 1,
    reasons: ['2 data/orders.csv 3 total_amount is no number or amount in GBP'],
  },
  {
    name: 'an order that stands twice, and a NUL byte',
    records: [ROW, ROW, 'o2,c1,2025-01-01,1,pa\0id,GBP'],
    exitCode: 0,
    rows: 1,
    reasons: ['1 data/orders.csv 3 order_id stands already on line 2', '1 data/orders.csv 4 status holds a NUL byte'],
  },
  {
    name: 'nothing that can be read',
    records: ['o2,c1,01/02/2025,1,paid,GBP'],
    exitCode: 1,
    rows: 0,
    reasons: [`1 data/orders.csv 2 ordered_at ${NOT_GUESSED}`],
  },
]

/** orders.csv with these records. */
export const ordersFile = (records: readonly string[]) => `${[HEAD, ...records].join('\n')}\n`
